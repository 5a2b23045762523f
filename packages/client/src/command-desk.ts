import { JambusError, type TerminalResult } from '@jambus/schema';
import { type ClientOptions, DEFAULT_MAX_UNDER_WAY, DEFAULT_RESULT_MARGIN_MS } from './options.ts';
import type { OutgoingCommand } from './outgoing-command.ts';
import { duplicateOf, isTerminal, readResult } from './result.ts';

/** What became of one attempt to publish a command. */
export type PublishOutcome =
  /** The bus has it. */
  | { readonly kind: 'stored' }
  /** The bus had a command of this call with this id before and has dropped this one. Only said by a bus that looks. */
  | { readonly kind: 'duplicate' }
  /** The bus does not take it. */
  | { readonly kind: 'refused'; readonly error: JambusError }
  /** Nobody knows: the bus may have it. */
  | { readonly kind: 'unanswered'; readonly error: JambusError };

/** What a command desk needs of a bus. */
export interface CommandOutlet {
  /** While false nothing is published. Asked several times a second while commands wait. */
  connected(): boolean;
  /**
   * Publishes one record. Of one call one at a time is under way, of different calls any number: a bus that is better off
   * with batches may collect those. Resolves in the end, whatever happens; that an attempt rejects means `refused`.
   */
  publish(command: OutgoingCommand): Promise<PublishOutcome>;
}

/** Publishes commands and brings each together with its result. Knows no bus. */
export interface CommandDesk {
  /** @throws JambusError as `CommandSender.send` */
  send(command: OutgoingCommand, signal: AbortSignal | undefined): Promise<TerminalResult>;
  /** A record of the results channel, wherever and however often it was read. @throws JambusError `bad_message` */
  take(callSid: string, payload: Uint8Array): void;
  /**
   * Since when results have to be known, ms since the epoch: before, no command was published that still waits for one.
   * Undefined when none waits.
   */
  readonly waitingSince: number | undefined;
  /** Takes no more commands; resolves when none is under way. */
  settled(): Promise<void>;
  /** Answers what is under way with `error`, and all that comes. Idempotent. */
  close(error: JambusError): void;
}

/** A command that has no outcome yet. */
interface UnderWay {
  readonly command: OutgoingCommand;
  /** Ms since the epoch. */
  readonly sentAt: number;
  /** Both on the clock of `performance.now()`. */
  readonly expiresAt: number;
  readonly givenUpAt: number;
  /** `publishing`: an attempt is under way. `unanswered`: there is no telling whether the bus has it. */
  state: 'waiting' | 'publishing' | 'unanswered' | 'stored' | 'settled';
  attempts: number;
  /** Of the latest attempt, when it was not answered. */
  failure: JambusError | undefined;
  retryAt: number;
  /** A result for its id that came while it was being published: its own, unless the bus turns out to drop it. */
  early: TerminalResult | undefined;
  readonly settle: (outcome: Outcome) => void;
}

type Outcome = { readonly result: TerminalResult } | { readonly error: JambusError };

/** The commands of one call: one at a time is published and unconfirmed, so that none can overtake another. */
interface CallQueue {
  readonly byId: Map<string, UnderWay>;
  /** Not published yet, in order. */
  readonly waiting: Set<UnderWay>;
  unconfirmed: UnderWay | undefined;
}

const SWEEP_INTERVAL_MS = 100;
/** How long after an attempt without answer the next one is made, if there is a connection by then, ms. */
const RETRY_AFTER_MS = 500;

/**
 * One queue for each call, one timer for all commands.
 *
 * The answer to an attempt speaks of the command only while there was no other attempt before: a duplicate may be one of
 * its own first publish, and what is refused now may have been stored then.
 *
 * A result belongs to a command once the bus has confirmed that command; one that comes while it waits is that of an earlier
 * command with the same id. On a bus that drops no duplicates, two processes that send one id at the same time may both be
 * given the result of the one that came first; whoever is second in the same process is told `duplicate`.
 */
export function createCommandDesk(
  outlet: CommandOutlet,
  options: Pick<ClientOptions, 'resultMarginMs' | 'maxUnderWay'> = {},
): CommandDesk {
  const { resultMarginMs = DEFAULT_RESULT_MARGIN_MS, maxUnderWay = DEFAULT_MAX_UNDER_WAY } = options;
  const calls = new Map<string, CallQueue>();
  const idle = new Set<() => void>();
  let underWay = 0;
  let sweeping: NodeJS.Timeout | undefined;
  let refusal: JambusError | undefined;
  let closed = false;

  const settle = (entry: UnderWay, outcome: Outcome): void => {
    if (entry.state === 'settled') return;
    entry.state = 'settled';
    underWay--;
    const call = calls.get(entry.command.callSid);
    call?.byId.delete(entry.command.id);
    call?.waiting.delete(entry);
    if (call?.unconfirmed === entry) call.unconfirmed = undefined;
    entry.settle(outcome);
    if (underWay > 0) return;
    clearInterval(sweeping);
    sweeping = undefined;
    for (const resolve of idle) resolve();
    idle.clear();
  };

  const finish = (entry: UnderWay, outcome: Outcome): void => {
    settle(entry, outcome);
    advance(entry.command.callSid);
  };

  /** Publishes what is next in the call, if its turn has come. */
  const advance = (callSid: string): void => {
    const call = calls.get(callSid);
    if (call === undefined) return;
    const now = performance.now();
    const { unconfirmed } = call;
    if (unconfirmed?.state === 'unanswered') {
      if (unconfirmed.expiresAt <= now) call.unconfirmed = undefined;
      else if (unconfirmed.retryAt <= now && outlet.connected()) void publish(unconfirmed, call);
    }
    if (call.unconfirmed === undefined && outlet.connected()) {
      const [next] = call.waiting;
      if (next !== undefined) void publish(next, call);
    }
    if (call.byId.size === 0) calls.delete(callSid);
  };

  /** Never rejects. */
  const publish = async (entry: UnderWay, call: CallQueue): Promise<void> => {
    call.waiting.delete(entry);
    call.unconfirmed = entry;
    entry.state = 'publishing';
    entry.attempts++;
    let outcome: PublishOutcome;
    try {
      outcome = await outlet.publish(entry.command);
    } catch (error) {
      outcome = { kind: 'refused', error: JambusError.from(error) };
    }
    if (isUnderWay(entry)) onOutcome(entry, call, outcome);
  };

  const onOutcome = (entry: UnderWay, call: CallQueue, outcome: PublishOutcome): void => {
    const { command, early, attempts } = entry;
    if (attempts === 1 && outcome.kind === 'refused') {
      finish(entry, { error: outcome.error });
    } else if (attempts === 1 && outcome.kind === 'duplicate') {
      // It was dropped, so no adapter will ever answer.
      finish(entry, { result: duplicateOf(command.callSid, command.id) });
    } else if (early !== undefined) {
      finish(entry, { result: early });
    } else if (outcome.kind === 'stored' || outcome.kind === 'duplicate') {
      entry.state = 'stored';
      call.unconfirmed = undefined;
      advance(command.callSid);
    } else {
      entry.state = 'unanswered';
      entry.failure = outcome.error;
      entry.retryAt = performance.now() + RETRY_AFTER_MS;
    }
  };

  const sweep = (): void => {
    const now = performance.now();
    for (const [callSid, { byId }] of [...calls]) {
      for (const entry of [...byId.values()]) {
        const never = entry.state === 'waiting' && entry.expiresAt <= now;
        if (never || entry.givenUpAt <= now) settle(entry, givenUp(entry, noResult(entry)));
      }
      advance(callSid);
    }
  };

  const take = (callSid: string, payload: Uint8Array): void => {
    const call = calls.get(callSid);
    // Most results are of somebody else's commands: not worth reading.
    if (call === undefined) return;
    const result = readResult(payload);
    const entry = call.byId.get(result.commandId);
    if (entry === undefined || entry.state === 'waiting' || !isTerminal(result)) return;
    if (entry.state === 'publishing') entry.early ??= result;
    else finish(entry, { result });
  };

  const enqueue = (entry: UnderWay): void => {
    const { callSid, id } = entry.command;
    const call: CallQueue = calls.get(callSid) ?? { byId: new Map(), waiting: new Set(), unconfirmed: undefined };
    calls.set(callSid, call);
    call.byId.set(id, entry);
    call.waiting.add(entry);
    underWay++;
    sweeping ??= setInterval(sweep, SWEEP_INTERVAL_MS);
    advance(callSid);
  };

  const oldest = (): number | undefined => {
    let since: number | undefined;
    for (const { byId } of calls.values()) {
      for (const { state, sentAt } of byId.values()) {
        if (state !== 'waiting') since = Math.min(since ?? sentAt, sentAt);
      }
    }
    return since;
  };

  return {
    take,
    get waitingSince() {
      return oldest();
    },
    settled: () => {
      refusal ??= new JambusError('stopped', 'the client is closing');
      return underWay === 0 ? Promise.resolve() : new Promise((resolve) => idle.add(resolve));
    },
    close: (error) => {
      if (closed) return;
      closed = true;
      refusal = error;
      for (const { byId } of [...calls.values()]) {
        for (const entry of [...byId.values()]) settle(entry, givenUp(entry, error));
      }
      calls.clear();
    },
    send: async (command, signal) => {
      const { callSid, id, expiresInMs } = command;
      if (refusal !== undefined) throw refusal;
      if (signal?.aborted) throw notWaitedFor(command, signal);
      if (underWay >= maxUnderWay) {
        const all = `${underWay} commands wait for their results, which is all this client holds`;
        throw new JambusError('overloaded', all);
      }
      if (calls.get(callSid)?.byId.has(id)) return duplicateOf(callSid, id);
      return await new Promise<TerminalResult>((resolve, reject) => {
        const now = performance.now();
        const onAbort = (): void => finish(entry, { error: notWaitedFor(command, signal) });
        const entry: UnderWay = {
          command,
          sentAt: Date.now(),
          expiresAt: now + expiresInMs,
          givenUpAt: now + expiresInMs + resultMarginMs,
          state: 'waiting',
          attempts: 0,
          failure: undefined,
          retryAt: 0,
          early: undefined,
          settle: (outcome) => {
            signal?.removeEventListener('abort', onAbort);
            if ('error' in outcome) reject(outcome.error);
            else resolve(outcome.result);
          },
        };
        signal?.addEventListener('abort', onAbort);
        enqueue(entry);
      });
    },
  };
}

/** The compiler takes what was assigned before an `await` for what is there after it. */
function isUnderWay({ state }: UnderWay): boolean {
  return state !== 'settled';
}

/** What is told when nobody waits any longer: a result may come before the confirmation, and counts as well. */
function givenUp({ early }: UnderWay, error: JambusError): Outcome {
  return early === undefined ? { error } : { result: early };
}

function noResult({ command: { callSid, id }, state, failure }: UnderWay): JambusError {
  const command = `command ${id} of call ${callSid}`;
  if (state === 'waiting') {
    const why = 'there was no connection, or no confirmation of those before it';
    return new JambusError('bus_unavailable', `${command} expired before it could be published: ${why}`);
  }
  const what =
    state === 'stored'
      ? `no result of ${command} until it had expired: is an adapter running?`
      : `${command} was not confirmed until it had expired${failure === undefined ? '' : `: ${failure.message}`}.`;
  return new JambusError('bus_unavailable', `${what} If it was delivered is not known`, { cause: failure });
}

function notWaitedFor({ callSid, id }: OutgoingCommand, signal: AbortSignal | undefined): JambusError {
  return new JambusError('stopped', `the result of command ${id} of call ${callSid} is not waited for any more`, {
    cause: signal?.reason,
  });
}
