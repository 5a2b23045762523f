import type { CallPast } from '@jambus/bus';
import { busNames } from '@jambus/schema';
import { NO_SPAN, NO_TRACING } from '@jambus/telemetry';
import { createAdapterSpans } from '../../src/adapter-spans.ts';
import { type CommandRouter, createCommandRouter, type Routable } from '../../src/commands/command-router.ts';
import type { GatewayLink, LinkCommand } from '../../src/link/gateway-link.ts';
import { ALONE } from './alone.ts';
import { commandOf } from './commands.ts';
import { createTestDirectory, OUT_OF_REACH_MS, type TestDirectory } from './test-directory.ts';

export const NO_SPANS = createAdapterSpans(NO_TRACING, {
  driver: 'memory',
  names: busNames(),
  traceparentOf: () => '',
});

/** How long a call may take to appear behind its first command. */
export const GRACE_MS = 50;

export interface TestRouter {
  readonly router: CommandRouter;
  readonly around: TestDirectory<GatewayLink>;
  /** How often it was looked which gateways there are. */
  looks: number;
  /** What a look finds. */
  onLook: () => void | Promise<void>;
  /** What the bus has of every call, and since when it was asked. */
  past: CallPast | undefined;
  readonly asked: number[];
}

export function createTestRouter(): TestRouter {
  const around = createTestDirectory<GatewayLink>();
  const asked: number[] = [];
  const router = createCommandRouter({
    directory: around.directory,
    async lookAgain() {
      result.looks++;
      await result.onLook();
    },
    outOfReachMs: OUT_OF_REACH_MS,
    async pastOf(_callSid, sinceMs) {
      asked.push(sinceMs);
      return result.past;
    },
    spans: NO_SPANS,
    linkLatency: { record() {} },
  });
  const result: TestRouter = { router, around, looks: 0, onLook: () => {}, past: undefined, asked };
  return result;
}

export function routable(command: LinkCommand = commandOf(1), more: Partial<Routable> = {}): Routable {
  return {
    command,
    payload: Buffer.from('{}'),
    appearBy: command.published + GRACE_MS,
    maybeRepeated: false,
    span: NO_SPAN,
    turn: ALONE,
    ...more,
  };
}
