import type { CommandRecord } from '@jambus/bus';
import { isTraceparent, placeOf } from '@jambus/schema';
import type { CommandBatch } from '../adapter-spans.ts';

/** A span takes so many links unless told otherwise (OTEL_SPAN_LINK_COUNT_LIMIT), and drops the others. */
const MOST_IN_BATCH = 128;

interface Open {
  readonly since: number;
  size: number;
  readonly traceparents: string[];
}

/**
 * Which commands came together: those of one partition that one turn of the event loop brings. That is what a client of a
 * broker hands out of what it was sent at a time, whichever client it is.
 *
 * @param onBatch told of each batch when it is complete
 * @returns to be told of each command as it comes
 */
export function receiveBatches(onBatch: (batch: CommandBatch) => void): (record: CommandRecord) => void {
  const open = new Map<string, Open>();

  const flush = (): void => {
    for (const [partition, batch] of open) onBatch({ partition, ...batch });
    open.clear();
  };

  return ({ position, attributes }) => {
    const partition = placeOf(position).log;
    let batch = open.get(partition);
    if (batch === undefined) {
      if (open.size === 0) setImmediate(flush);
      batch = { since: Date.now(), size: 0, traceparents: [] };
      open.set(partition, batch);
    }
    batch.size++;
    const { traceparent } = attributes;
    if (isTraceparent(traceparent)) batch.traceparents.push(traceparent);
    if (batch.size < MOST_IN_BATCH) return;
    open.delete(partition);
    onBatch({ partition, ...batch });
  };
}
