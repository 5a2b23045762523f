import { setImmediate as nextTurn } from 'node:timers/promises';
import { type LanesSettings, PartitionLanes } from '../../lanes/index.ts';
import type { CommandHandler, EventSink } from '../../port/index.ts';
import type { OnTrouble } from '../../trouble.ts';
import { whenAborted } from '../../waiting/when-aborted.ts';
import type { PartitionLease } from './partition-leases.ts';

export interface PartitionWorkerOptions {
  /** Where dead letters go. */
  readonly sink: EventSink;
  /** What the commands channel is called in `dlorigin`. */
  readonly channelName: string;
  readonly lanes: LanesSettings;
  /** How long running handlers are waited for when the partition is given up, ms. */
  readonly stopMs: number;
  readonly onTrouble: OnTrouble;
}

/** Records handed to the lanes before the event loop gets a turn. */
const RECORDS_PER_TURN = 256;

/** Works on one partition until the signal aborts or the lease is over; the lease is released when this settles. */
export async function workOnPartition(
  lease: PartitionLease,
  handler: CommandHandler,
  options: PartitionWorkerOptions,
  signal: AbortSignal,
): Promise<void> {
  const lanes = new PartitionLanes({
    handler,
    publishDeadLetter: (letter) => options.sink.publish([letter]),
    channelName: options.channelName,
    startAfter: lease.committed - 1,
    onAdvance: (watermark) => lease.commit(watermark + 1),
    onTrouble: options.onTrouble,
    settings: options.lanes,
  });
  const reading = feed(lease, lanes);
  try {
    await Promise.race([whenAborted(signal), reading]);
  } finally {
    await lanes.stop(options.stopMs);
    lease.release();
  }
  await reading;
}

/** Hands over records as fast as the lanes have room, until they stop or the lease is over. */
async function feed(lease: PartitionLease, lanes: PartitionLanes): Promise<void> {
  let offset = lease.committed;
  for (;;) {
    const record = lease.read(offset);
    if (record === undefined) {
      if (!(await lease.whenWritten())) return;
      continue;
    }
    if (!lanes.hasRoom) {
      await lanes.whenRoom();
      // Nobody else fills them, so if there is still no room they have stopped.
      if (!lanes.hasRoom) return;
    }
    lanes.push(record, offset++);
    if (offset % RECORDS_PER_TURN === 0) await nextTurn();
  }
}
