import { type CallEnd, type ClosedFrame, encodeCallMemory } from '@jambus/link';
import type { Call } from './call.ts';

/** A call that has left, as it is told to adapters. */
export interface Closing {
  readonly frame: ClosedFrame;
  readonly memory: Buffer;
}

/**
 * The calls that left this gateway lately, numbered. An adapter whose link was down is told those that it has not heard of, so
 * that commands for them have the same outcome whichever adapter reads them.
 */
export interface Closings {
  add(call: Call, reason: CallEnd): Closing;
  /** Those with a higher number, oldest first. */
  since(closing: number): Closing[];
}

/** How many are remembered. One takes some 300 bytes. */
const MOST_CLOSINGS = 10_000;

export function createClosings(): Closings {
  // A Map iterates in insertion order, so the oldest is first.
  const closings = new Map<number, Closing>();
  let last = 0;
  return {
    add(call, reason) {
      const { callSid, epoch, sequence, endedAt } = call;
      const memory = call.memory();
      const frame: ClosedFrame = {
        t: 'closed',
        closing: ++last,
        call: callSid,
        reason,
        epoch,
        sequence,
        at: endedAt ?? Date.now(),
      };
      // Of a call that is over only the outcomes matter.
      const kept = reason === 'moved' ? memory : { ...memory, ids: [], runs: [], hooks: [], questions: [] };
      const closing = { frame, memory: encodeCallMemory(kept) };
      closings.set(last, closing);
      if (closings.size > MOST_CLOSINGS) closings.delete(closings.keys().next().value as number);
      return closing;
    },
    since: (closing) => [...closings.values()].filter(({ frame }) => frame.closing > closing),
  };
}
