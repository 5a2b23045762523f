import type { CallHistory, CallPast } from '@jambus/bus';
import type { Logger } from '@jambus/telemetry';

/** For so long what the bus has said of a call is not asked for again. */
const KEPT_MS = 1_000;

/** What the bus has of a call; undefined when there is nothing, or it cannot be had. Never rejects. */
export type PastOf = (callSid: string, sinceMs: number) => Promise<CallPast | undefined>;

/** Asks the bus once where many commands of a call ask at the same time. */
export function createBusPast(history: CallHistory, logger: Logger): PastOf {
  const asked = new Map<string, Promise<CallPast | undefined>>();
  return (callSid, sinceMs) => {
    const known = asked.get(callSid);
    if (known !== undefined) return known;
    const asking = history.pastOf(callSid, sinceMs).catch((error: unknown) => {
      logger.warn({ callSid, err: error }, 'the bus cannot tell the past of a call');
      return undefined;
    });
    asked.set(callSid, asking);
    void asking.then(() => setTimeout(() => asked.delete(callSid), KEPT_MS).unref());
    return asking;
  };
}
