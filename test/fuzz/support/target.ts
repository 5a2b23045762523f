import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../brokers/provisioning/free-port.ts';
import { startGuarded } from '../../brokers/provisioning/guarded-process.ts';
import { entryOf } from '../../fixtures/index.ts';
import { type SimulatedCall, startCall } from '../../simulator/index.ts';

export const LINK_TOKEN = 'a-token-for-fuzzing-only';

/** A jambus in a process of its own, with a call that must not notice what is done to it. */
export interface Target {
  readonly websocketPort: number;
  readonly linkPort: number;
  readonly doorPort: number;
  /** @throws Error unless the process lives, and a command of the call gets to it */
  unharmed(): Promise<void>;
  /** Stops it. @throws Error when its log tells of a defect */
  stop(): Promise<void>;
}

const STARTS_WITHIN_MS = 45_000;
/** While others are attacked, a command may take no longer, in ms; on a machine with much else to do. */
const COMMAND_WITHIN_MS = 10_000;

/** What is thrown and not caught, rejected and not handled, or a defect by its own word; not what ws says of bad frames. */
const DEFECT =
  /"level":"fatal"|"code":"internal"|"type":"(?:TypeError|ReferenceError)"|"type":"RangeError","message":"(?!Invalid WebSocket frame|Max payload|Unsupported)/;

/**
 * Starts the standalone service. What is thrown there and not caught, or rejected and not handled, ends the process, which is
 * noticed.
 *
 * @param settings further `JAMBUS_*` variables
 */
export async function startTarget(settings: Readonly<Record<string, string>> = {}): Promise<Target> {
  const [websocketPort, linkPort, doorPort] = [await freePort(), await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), 'jambus-fuzz-'));
  const logFile = join(folder, 'log');
  const variables = Object.entries({
    JAMBUS_WEBSOCKET_PORT: String(websocketPort),
    JAMBUS_LINK_PORT: String(linkPort),
    JAMBUS_ADMIN_PORT: String(doorPort),
    JAMBUS_LINK_TOKEN: LINK_TOKEN,
    JAMBUS_UNKNOWN_CALL_GRACE_MS: '0',
    JAMBUS_DRAIN_MS: '500',
    // Calls that are made up do not stay.
    JAMBUS_RECONNECT_GRACE_MS: '100',
    ...settings,
  }).map((pair) => pair.join('='));
  const main = entryOf('standalone');
  const child = await startGuarded({ file: 'env', args: [...variables, process.execPath, main], logFile, folder });
  const lastLines = async (): Promise<string> => (await readFile(logFile, 'utf8')).split('\n').slice(-20).join('\n');

  const until = Date.now() + STARTS_WITHIN_MS;
  const ready = async (): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${doorPort}/readyz`).catch(() => undefined))?.ok === true;
  while (!(await ready())) {
    if (child.ending !== undefined || Date.now() > until) throw new Error(`it does not start:\n${await lastLines()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  const call: SimulatedCall = startCall({
    url: `ws://127.0.0.1:${websocketPort}/ivr`,
    speed: 20,
    compression: false,
  });
  await call.waitFor('session:new');
  const command = async (body: object): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${doorPort}/v1/commands/${call.callSid}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(COMMAND_WITHIN_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  const unharmed = async (): Promise<void> => {
    const mute = { type: 'command', command: 'mute:status', data: { mute_status: 'mute' } };
    const status = await command(mute).catch((error: unknown) => error);
    if (child.ending !== undefined) throw new Error(`it has ended, ${child.ending}:\n${await lastLines()}`);
    if (status !== 200) throw new Error(`a command of the other call: ${status}\n${await lastLines()}`);
    if (!call.connected || call.reconnects > 0) throw new Error('the other call has lost its websocket');
  };

  // The call takes its application first, and waits in it.
  await command({ type: 'command', command: 'redirect', data: [{ verb: 'pause', length: 86_400 }] });
  await unharmed();
  return {
    websocketPort,
    linkPort,
    doorPort,
    unharmed,
    async stop() {
      await call.abort();
      await child.terminate();
      const log = await readFile(logFile, 'utf8');
      await rm(folder, { recursive: true, force: true });
      const defects = log.split('\n').filter((line) => DEFECT.test(line));
      if (defects.length > 0) throw new Error(`${defects.length} defects:\n${defects.slice(0, 5).join('\n')}`);
    },
  };
}
