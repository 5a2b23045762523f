import { hookPath } from '../wire/hook-path.ts';
import type { VerbHost } from './host.ts';
import type { VerbRun } from './verb-run.ts';

/**
 * Asks for the next application (`session:redirect`), on a socket of its own when the `actionHook` is an absolute websocket
 * URL. Such a `statusHook` moves `call:status`, and closes the socket that had it before, even one that is still needed.
 */
export async function runRedirect(run: VerbRun, host: VerbHost): Promise<boolean> {
  const { actionHook, statusHook } = run.verb.data;
  const url = hookPath(actionHook);
  const statusUrl = hookPath(statusHook);
  if (url !== undefined && isWebsocketUrl(url)) host.handOver(url);
  if (statusUrl !== undefined && isWebsocketUrl(statusUrl)) host.moveStatuses(statusUrl);
  return (await host.hook(actionHook, {}, true, 'session:redirect')) !== 'failed';
}

function isWebsocketUrl(url: string): boolean {
  return url.startsWith('ws://') || url.startsWith('wss://');
}
