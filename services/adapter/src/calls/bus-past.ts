import type { CallHistory, CallPast } from '@jambus/bus';
import type { Logger } from '@jambus/telemetry';

/** For so long what the bus has said of a call is not asked for again. */
const KEPT_MS = 1_000;

interface Asked {
  readonly sinceMs: number;
  readonly answer: Promise<CallPast | undefined>;
}

/** What the bus has of a call; undefined when there is nothing, or it cannot be had. Never rejects. */
export type PastOf = (callSid: string, sinceMs: number) => Promise<CallPast | undefined>;

/** Asks the bus once where many commands of a call ask at the same time. */
export function createBusPast(history: CallHistory, logger: Logger): PastOf {
  const asked = new Map<string, Asked>();
  return (callSid, sinceMs) => {
    const known = asked.get(callSid);
    // A search that was bounded says nothing about what is older.
    if (known !== undefined && known.sinceMs <= sinceMs) return known.answer;
    const answer = history.pastOf(callSid, sinceMs).catch((error: unknown) => {
      logger.warn({ callSid, err: error }, 'the bus cannot tell the past of a call');
      return undefined;
    });
    const asking = { sinceMs, answer };
    asked.set(callSid, asking);
    const forget = (): void => {
      if (asked.get(callSid) === asking) asked.delete(callSid);
    };
    void answer.then(() => setTimeout(forget, KEPT_MS).unref());
    return answer;
  };
}
