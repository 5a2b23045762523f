import type { Outcome, Turn } from '@jambus/bus';
import { secondsSince } from '@jambus/telemetry';
import type { CommandLatency } from '../adapter-metrics.ts';
import type { CallDirectory } from '../calls/call-directory.ts';
import type { GatewayLink, LinkOutcome } from '../link/gateway-link.ts';
import { behind, followAt } from './command-router.ts';
import type { Decoded } from './decode-command.ts';

/** Of a record that is done with. */
export const DONE: Outcome = { kind: 'done' };

/**
 * The way of nearly all commands: the call is on a gateway, the link to it is up and its window has room, and the gateway settles
 * the command. It does what the pipeline and the router do then, with one promise in place of one for each step.
 *
 * @param maybeRepeated an earlier reader may have dealt with it
 * @param routedAt when its way began, as `performance.now()` gave it
 * @param goOn takes up a command that the gateway has not settled, where the router would after its first try
 * @returns undefined when the command is not a usual one; nothing has been done with it then
 */
export type DirectPath = (
  decoded: Pick<Extract<Decoded, { readonly ok: true }>, 'command' | 'payload'>,
  maybeRepeated: boolean,
  turn: Turn,
  signal: AbortSignal,
  routedAt: number,
  goOn: (tried: LinkOutcome) => Promise<Outcome>,
) => Promise<Outcome> | undefined;

export interface DirectPathOptions {
  readonly directory: Pick<CallDirectory<GatewayLink>, 'find'>;
  readonly latency: Pick<CommandLatency, 'route' | 'link'>;
}

export function createDirectPath({ directory, latency }: DirectPathOptions): DirectPath {
  return ({ command, payload }, maybeRepeated, turn, signal, routedAt, goOn) => {
    const where = directory.find(command.call);
    if (where.at !== 'gateway') return undefined;
    const { gateway } = where;
    let settle: (outcome: Outcome | Promise<Outcome>) => void = ignore;
    const isSent = gateway.deliverNow(behind(turn, command), payload, signal, (outcome) => {
      const seconds = secondsSince(routedAt);
      latency.link.record(seconds);
      if (outcome.kind === 'settled') {
        latency.route.record(seconds);
        settle(DONE);
      } else if (turn.behind !== undefined) {
        settle({ kind: 'not-yet', maybeDecided: maybeRepeated || outcome.kind === 'lost' });
        // Behind what the link does about it now: it may be going down.
      } else settle(Promise.resolve(outcome).then(goOn));
    });
    if (!isSent) return undefined;
    followAt(gateway, turn);
    return new Promise((resolve) => {
      settle = resolve;
    });
  };
}

/** Nothing comes of a command before `deliverNow` has returned. */
function ignore(): void {}
