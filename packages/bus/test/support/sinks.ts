import type { BusMessage, EventSink } from '../../src/index.ts';
import { type Gate, gate } from './gate.ts';

/** A sink whose every batch waits for the test to say what comes of it. */
export interface HeldSink extends EventSink {
  /** The CloudEvents ids of each batch it was given. */
  readonly batches: string[][];
  /** Lets the newest batch succeed, or fail with the error. */
  settle(error?: Error): void;
}

export function heldSink(): HeldSink {
  const batches: string[][] = [];
  let last: Gate<Error | undefined> | undefined;
  return {
    batches,
    publish: async (batch) => {
      batches.push(idsOf(batch));
      last = gate<Error | undefined>();
      const error = await last.promise;
      if (error !== undefined) throw error;
    },
    settle: (error) => last?.open(error),
  };
}

export function idsOf(batch: readonly BusMessage[]): string[] {
  return batch.map(({ attributes }) => attributes['id'] ?? '');
}
