import type { Call } from './call.ts';

/** How often held commands are looked over for ones whose time is up. */
const EXPIRY_SWEEP_MS = 100;

/** Calls as they are now. */
export interface CallsState extends Iterable<Call> {
  readonly size: number;
  /** How many calls are without websocket now. */
  readonly away: number;
  /** Commands that wait for the websocket of their call. */
  readonly heldCommands: number;
}

/** Calls by call_sid, and those among them that hold commands. */
export interface CallRegistry extends CallsState {
  get(callSid: string): Call | undefined;
  add(call: Call): void;
  /** @returns false when the call_sid belongs to another call by now, which stays */
  remove(call: Call): boolean;
  /** Notes whether a call holds commands that may expire. */
  setHolding(call: Call, holding: boolean): void;
  close(): void;
}

export function createCallRegistry(): CallRegistry {
  const calls = new Map<string, Call>();
  const holding = new Set<Call>();
  let sweep: NodeJS.Timeout | undefined;

  const stopSweep = (): void => {
    clearInterval(sweep);
    sweep = undefined;
  };

  return {
    get size() {
      return calls.size;
    },
    get away() {
      let count = 0;
      for (const call of calls.values()) if (call.isAway) count++;
      return count;
    },
    get heldCommands() {
      let count = 0;
      for (const call of holding) count += call.heldCommands;
      return count;
    },
    get: (callSid) => calls.get(callSid),
    add(call) {
      calls.set(call.callSid, call);
    },
    remove(call) {
      return calls.get(call.callSid) === call && calls.delete(call.callSid);
    },
    setHolding(call, holds) {
      if (holds) holding.add(call);
      else holding.delete(call);
      if (holding.size === 0) stopSweep();
      else
        sweep ??= setInterval(() => {
          const now = Date.now();
          for (const each of holding) each.expireHeld(now);
        }, EXPIRY_SWEEP_MS);
    },
    close: stopSweep,
    [Symbol.iterator]: () => calls.values(),
  };
}
