import { type CallHistory, type CallPast, retry } from '@jambus/bus';
import { JambusError } from '@jambus/schema';
import type { Logger } from '@jambus/telemetry';

/** For so long what the bus has said of a call is not asked for again. */
const KEPT_MS = 1_000;
/** So long it is not said again that the bus cannot tell. */
const QUIET_MS = 10_000;

interface Asked {
  readonly sinceMs: number;
  readonly answer: Promise<CallPast | undefined>;
}

/**
 * What the bus has of a call; undefined when there is nothing, or nobody may look. While the bus is away it is asked again and
 * again: to take what it cannot tell for nothing would number the call's events anew, or give a command a second outcome.
 * Neither could be put on the bus in the meantime.
 *
 * @throws JambusError `stopped` when the signal of the adapter aborts first
 */
export type PastOf = (callSid: string, sinceMs: number) => Promise<CallPast | undefined>;

/** Asks the bus once where many commands of a call ask at the same time. */
export function createBusPast(history: CallHistory, logger: Logger, signal: AbortSignal): PastOf {
  const asked = new Map<string, Asked>();
  let warnedAt = Number.NEGATIVE_INFINITY;

  const warn = (callSid: string, error: JambusError): void => {
    if (performance.now() - warnedAt < QUIET_MS) return;
    warnedAt = performance.now();
    logger.warn({ callSid, err: error }, 'the bus cannot tell the past of a call');
  };
  const ask = async (callSid: string, sinceMs: number): Promise<CallPast | undefined> => {
    const translate = (thrown: unknown): JambusError => {
      const error = JambusError.from(thrown);
      warn(callSid, error);
      return error;
    };
    const doing = `looking for the past of call ${callSid}`;
    try {
      return await retry(() => history.pastOf(callSid, sinceMs), {
        until: Number.POSITIVE_INFINITY,
        signal,
        doing,
        translate,
      });
    } catch (error) {
      if (signal.aborted) throw new JambusError('stopped', `${doing}: the adapter stops`, { cause: error });
      return undefined;
    }
  };

  return (callSid, sinceMs) => {
    const known = asked.get(callSid);
    // A search that was bounded says nothing about what is older.
    if (known !== undefined && known.sinceMs <= sinceMs) return known.answer;
    const answer = ask(callSid, sinceMs);
    const asking = { sinceMs, answer };
    asked.set(callSid, asking);
    const forget = (): void => {
      if (asked.get(callSid) === asking) asked.delete(callSid);
    };
    answer.then(() => setTimeout(forget, KEPT_MS).unref(), forget);
    return answer;
  };
}
