import type { RejectionCode } from '@jambus/schema';
import { type HistogramHandle, type Span, secondsSince } from '@jambus/telemetry';
import type { AdapterSpans } from '../adapter-spans.ts';
import type { CallDirectory } from '../calls/call-directory.ts';
import type { GatewayLink, LinkCommand } from '../link/gateway-link.ts';

/** How a command ended. `stopped`: it did not end, because the adapter stops; somebody else will take it up. */
export type RoutedOutcome =
  | { readonly status: 'delivered' }
  | { readonly status: 'rejected'; readonly code: RejectionCode; readonly detail: string }
  | { readonly status: 'stopped' };

export interface CommandRouterOptions {
  readonly directory: CallDirectory<GatewayLink>;
  /** How long a command waits for a call that no gateway has, in ms: news of a call may come later than its first command. */
  readonly unknownCallGraceMs: number;
  readonly spans: Pick<AdapterSpans, 'link' | 'linked'>;
  /** Seconds that a command is at a gateway. */
  readonly linkLatency: HistogramHandle;
}

/** A command that is on its way. */
export interface Routable {
  readonly command: LinkCommand;
  /** What goes to the gateway with the command, untouched. */
  readonly payload: Uint8Array;
  /** When the broker took it, ms since the epoch: news of its call is under way since then at the latest. */
  readonly publishedAt: number;
  /** Of this step. */
  readonly span: Span;
}

/** Brings a command to the gateway that has its call, wherever that moves, until it is delivered, refused or expired. */
export interface CommandRouter {
  route(routable: Routable, signal: AbortSignal): Promise<RoutedOutcome>;
}

/** A gateway that gives a command back has news of the call under way to us; this bounds the wait for it. */
const RETURNED_WAIT_MS = 50;

export function createCommandRouter({
  directory,
  unknownCallGraceMs,
  spans,
  linkLatency,
}: CommandRouterOptions): CommandRouter {
  return {
    async route({ command, payload, publishedAt, span }, signal) {
      // The broker's clock may be ahead of ours.
      const graceEnds = Math.min(publishedAt, Date.now()) + unknownCallGraceMs;
      while (!signal.aborted) {
        const now = Date.now();
        if (command.expires <= now) return rejected('expired', 'its expirytime passed before it could be delivered');
        const where = directory.find(command.call);
        if (where.at === 'ended') return rejected('call_ended', 'the call has ended');
        if (where.at === 'unknown' && where.certain && now >= graceEnds) {
          return rejected('unknown_call', `no gateway has a call ${command.call}`);
        }
        if (where.at === 'gateway') {
          const linkedAt = performance.now();
          const linking = spans.link(span, command, where.gateway.gateway);
          const outcome = await where.gateway.deliver(continuing(command, linking), payload);
          spans.linked(linking, outcome);
          linkLatency.record(secondsSince(linkedAt));
          const { status, code, detail } = outcome;
          if (status === 'delivered') return { status };
          if (status === 'rejected') return rejected(code ?? 'invalid', detail ?? '');
          await directory.changed(command.call, Date.now() + RETURNED_WAIT_MS, signal);
        } else {
          const until = where.at === 'unknown' && where.certain ? graceEnds : command.expires;
          await directory.changed(command.call, Math.min(until, command.expires), signal);
        }
      }
      return { status: 'stopped' };
    },
  };
}

/** The command as the step behind this one gets it. */
function continuing(command: LinkCommand, { traceparent }: Span): LinkCommand {
  return traceparent === undefined ? command : { ...command, traceparent };
}

function rejected(code: RejectionCode, detail: string): RoutedOutcome {
  return { status: 'rejected', code, detail };
}
