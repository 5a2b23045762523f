import { type Decided, noteDecided } from '@jambus/link';

/** A call that has ended. */
export interface EndedCall {
  /** When it ended, ms since the epoch. */
  readonly at: number;
  /** How far its commands were decided. */
  readonly decided: Decided[];
}

/** The calls that ended lately, so that a command for one of them has the same outcome whenever it is read. */
export interface EndedCalls {
  get(callSid: string): EndedCall | undefined;
  add(callSid: string, call: EndedCall): void;
  /** A command of it was decided, as its result shows. */
  note(callSid: string, decided: Decided): void;
  delete(callSid: string): void;
}

/** @param limit how many are remembered */
export function createEndedCalls(limit: number): EndedCalls {
  // A Map iterates in insertion order, so the oldest is first.
  const calls = new Map<string, EndedCall>();
  return {
    get: (callSid) => calls.get(callSid),
    add(callSid, call) {
      const known = calls.get(callSid);
      for (const decided of known?.decided ?? []) noteDecided(call.decided, decided);
      calls.delete(callSid);
      calls.set(callSid, call);
      if (calls.size > limit) calls.delete(calls.keys().next().value as string);
    },
    note(callSid, decided) {
      const call = calls.get(callSid);
      if (call !== undefined) noteDecided(call.decided, decided);
    },
    delete: (callSid) => void calls.delete(callSid),
  };
}
