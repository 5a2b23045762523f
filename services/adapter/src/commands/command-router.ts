import type { CallPast, Turn } from '@jambus/bus';
import { expiredVerdict } from '@jambus/link';
import { JambusError, placeOf, type RejectionCode } from '@jambus/schema';
import { type HistogramHandle, type Span, secondsSince } from '@jambus/telemetry';
import type { AdapterSpans } from '../adapter-spans.ts';
import type { CallDirectory, Whereabouts } from '../calls/call-directory.ts';
import type { GatewayLink, LinkCommand, LinkOutcome } from '../link/gateway-link.ts';
import { type LoneVerdict, verdictOfEnded, verdictOfUnknown, wasDecided } from './lone-verdicts.ts';

/** How a command ended. */
export type RoutedOutcome =
  /** A gateway has decided it, or it was decided before; its result is on the bus. */
  | { readonly kind: 'settled'; readonly code: RejectionCode | undefined }
  /** No gateway can decide it: its result is for this adapter to publish. */
  | { readonly kind: 'verdict'; readonly verdict: Exclude<LoneVerdict, 'settled'> }
  /** It came ahead of its turn, and had no effect. `maybeDecided`: the gateway that it went to is out of reach. */
  | { readonly kind: 'not-yet'; readonly maybeDecided: boolean }
  /** It did not end, because the adapter stops or hands the partition over; its next reader takes it up. */
  | { readonly kind: 'stopped' };

export interface CommandRouterOptions {
  readonly directory: CallDirectory<GatewayLink>;
  /** Looks once more which gateways there are. */
  readonly lookAgain: () => Promise<void>;
  /** How long a gateway that is out of reach may be back with what it has decided, in ms. */
  readonly outOfReachMs: number;
  /** What the bus has of a call. @throws JambusError `stopped` when this adapter stops */
  readonly pastOf: (callSid: string, sinceMs: number) => Promise<CallPast | undefined>;
  readonly spans: Pick<AdapterSpans, 'link' | 'linked'>;
  /** Seconds that a command is at a gateway. */
  readonly linkLatency: HistogramHandle;
}

/** A command that is on its way. */
export interface Routable {
  readonly command: LinkCommand;
  /** What goes to the gateway with the command, untouched. */
  readonly payload: Uint8Array;
  /** Until when its call may appear, ms since the epoch: news of a call may come later than its first command. */
  readonly appearBy: number;
  /** An earlier reader may have dealt with it. */
  readonly maybeRepeated: boolean;
  /** Among the commands of its call. */
  readonly turn: Turn;
  /** Of this step. */
  readonly span: Span;
}

/** Brings a command to the gateway that has its call, wherever that moves, until it is decided. */
export interface CommandRouter {
  /** @param tried what came of the command at the gateway that it was sent to already, which has not settled it */
  route(routable: Routable, signal: AbortSignal, tried?: LinkOutcome): Promise<RoutedOutcome>;
}

/** A gateway whose window is filled more than this gets no command ahead of its turn. */
const MOST_FILLED_AHEAD = 0.5;
/** A gateway that gives a command back has news of the call under way to us; this bounds the wait for it. */
const RETURNED_WAIT_MS = 50;

const STOPPED: RoutedOutcome = { kind: 'stopped' };
const SETTLED: RoutedOutcome = { kind: 'settled', code: undefined };

export function createCommandRouter(options: CommandRouterOptions): CommandRouter {
  const { directory, spans, linkLatency } = options;

  /** The gateway that has the call decides. */
  const atGateway = async (
    gateway: GatewayLink,
    { command, payload, span, turn }: Routable,
    signal: AbortSignal,
  ): Promise<LinkOutcome> => {
    const linkedAt = performance.now();
    const linking = spans.link(span, command, gateway.gateway);
    const sent = gateway.deliver(behind(turn, continuing(command, linking)), payload, signal);
    followAt(gateway, turn);
    const outcome = await sent;
    spans.linked(linking, outcome);
    linkLatency.record(secondsSince(linkedAt));
    return outcome;
  };

  const isOnBus = async (command: LinkCommand): Promise<boolean> =>
    wasDecided(command, await options.pastOf(command.call, command.published));

  /** Whoever decides alone first makes sure that nobody else has come to another verdict. */
  const alone = async (verdict: LoneVerdict, { command }: Routable, inDoubt: boolean): Promise<RoutedOutcome> => {
    if (verdict === 'settled') return SETTLED;
    if (inDoubt && (await isOnBus(command))) return SETTLED;
    return { kind: 'verdict', verdict };
  };

  /** Until when a gateway that is out of reach may tell what it has decided of the command, ms since the epoch. */
  const mayBeToldUntil = (where: Whereabouts<GatewayLink>, { expires }: LinkCommand): number =>
    where.at === 'between' ? where.mayTellUntil : expires + options.outOfReachMs;

  const decide = async (
    routable: Routable,
    signal: AbortSignal,
    tried: LinkOutcome | undefined,
  ): Promise<RoutedOutcome> => {
    const { command, appearBy } = routable;
    let looked = false;
    /** It had expired while a gateway that may have decided it was out of reach, and the bus was asked then. */
    let expiredInDoubt = false;
    // A gateway may have decided it: it was sent there by an earlier reader, or the link to it was lost with the command.
    let inDoubt = routable.maybeRepeated;
    const isAhead = routable.turn.behind !== undefined;
    /** A gateway has not settled it: there is news of its call on the way. */
    const missed = (outcome: LinkOutcome): Promise<void> => {
      inDoubt ||= outcome.kind === 'lost';
      return directory.changed(command.call, Date.now() + RETURNED_WAIT_MS, signal);
    };
    if (tried !== undefined) await missed(tried);
    while (!signal.aborted) {
      const where = directory.find(command.call);
      const now = Date.now();
      if (where.at === 'gateway') {
        const outcome = await atGateway(where.gateway, routable, signal);
        if (outcome.kind === 'settled') return outcome;
        if (isAhead) {
          inDoubt ||= outcome.kind === 'lost';
          break;
        }
        await missed(outcome);
      } else if (isAhead) {
        // Only the gateway that has the call can tell what comes behind what.
        break;
      } else if (where.at === 'ended') {
        return alone(verdictOfEnded(command, where.call), routable, inDoubt);
      } else if (where.at === 'unknown' && where.certain && now >= appearBy) {
        // Unless it had expired while nobody could know its call, also when it has expired since: the verdict of an earlier
        // reader was not that.
        const verdict = expiredInDoubt ? expiredVerdict(command.expires) : verdictOfUnknown(command, appearBy);
        if (looked) return alone(verdict, routable, inDoubt);
        looked = true;
        await options.lookAgain();
        await directory.recollect(command.call);
      } else if (command.expires <= now) {
        const until = inDoubt ? mayBeToldUntil(where, command) : now;
        if (until <= now) return alone(expiredVerdict(command.expires), routable, inDoubt);
        if (expiredInDoubt) await directory.changed(command.call, until, signal);
        else if (await isOnBus(command)) return SETTLED;
        expiredInDoubt = true;
      } else {
        const until = where.at === 'unknown' && where.certain ? appearBy : command.expires;
        await directory.changed(command.call, Math.min(until, command.expires), signal);
      }
    }
    return isAhead && !signal.aborted ? { kind: 'not-yet', maybeDecided: inDoubt } : STOPPED;
  };

  return {
    route: (routable, signal, tried) =>
      decide(routable, signal, tried).catch((error: unknown) => {
        if (JambusError.from(error).code === 'stopped') return STOPPED;
        throw error;
      }),
  };
}

/** The gateway keeps the order from here on. The others' half of its window stays free of those that run ahead. */
export function followAt(gateway: GatewayLink, turn: Turn): void {
  if (gateway.keepsOrder && gateway.windowFill < MOST_FILLED_AHEAD) turn.follow();
}

/** The command as the gateway gets it: one that is ahead of its turn says which one it comes after. */
export function behind(turn: Turn, command: LinkCommand): LinkCommand {
  return turn.behind === undefined ? command : { ...command, after: placeOf(turn.behind).offset };
}

/** The command as the step behind this one gets it. */
function continuing(command: LinkCommand, { traceparent }: Span): LinkCommand {
  return traceparent === undefined ? command : { ...command, traceparent };
}
