import type { BusNames } from '@jambus/schema';
import { type LanesSettings, PartitionLanes } from '../../lanes/index.ts';
import type { CommandHandler, CommandRecord, EventSink } from '../../port/index.ts';
import type { OnTrouble } from '../../trouble.ts';
import { type Backoff, backoffMs } from '../../waiting/backoff.ts';
import { pause } from '../../waiting/pause.ts';
import { whenAborted } from '../../waiting/when-aborted.ts';
import { commandRecord } from './command-record.ts';
import { fromNats } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import type { Delivery } from './connection/pull.ts';
import { readPartition } from './partition-reader.ts';
import { claimPosition, type Position, type PositionsOptions } from './positions.ts';
import { partitionFilter } from './subjects.ts';

export interface PartitionWorkerOptions {
  readonly link: NatsLink;
  readonly names: BusNames;
  readonly partitions: number;
  readonly positions: PositionsOptions;
  /** Where dead letters go. */
  readonly sink: EventSink;
  readonly lanes: LanesSettings;
  /** How long running handlers are waited for when the partition is given up, ms. */
  readonly stopMs: number;
  readonly onTrouble: OnTrouble;
}

/** The right to work on a partition. */
export interface PartitionLease {
  readonly partition: number;
  /** Unique to this adapter's reading. */
  readonly owner: string;
  /** Aborts when the partition is to be given up in good order. */
  readonly revoked: AbortSignal;
  /** Aborts when it may be somebody else's: from then on nothing is committed. */
  readonly lost: AbortSignal;
}

const COMMIT_INTERVAL_MS = 200;
const RETRIES: Backoff = { firstMs: 50, maxMs: 2_000 };

/**
 * Works on one partition until the lease is revoked or lost. Resolves when nothing of it runs any more and, unless it was
 * lost, what is finished is committed. It also resolves when the work cannot go on from where it stands, and has to be
 * begun again.
 *
 * @throws JambusError that is not retryable
 */
export async function workOnPartition(
  lease: PartitionLease,
  handler: CommandHandler,
  options: PartitionWorkerOptions,
): Promise<void> {
  const position = await claimed(lease, options);
  if (position === undefined) return;
  const lanes = new PartitionLanes({
    handler,
    publishDeadLetter: (letter) => options.sink.publish([letter]),
    channelName: options.names.commands,
    startAfter: position.committed,
    // The committer looks by itself.
    onAdvance: () => {},
    onTrouble: options.onTrouble,
    settings: options.lanes,
  });
  const ending = new AbortController();
  const committing = commitWhileWorking(position, lanes, lease, options, ending);
  const reading = readPartition(readerOptions(lease, position, lanes, options), ending.signal).finally(() =>
    ending.abort(),
  );
  try {
    await whenAborted(lease.revoked, lease.lost, ending.signal);
  } finally {
    ending.abort();
    await lanes.stop(lease.lost.aborted ? 0 : options.stopMs);
    await committing;
    if (!lease.lost.aborted) await commit(position, lanes, options);
  }
  await reading;
}

function readerOptions(
  { partition }: PartitionLease,
  position: Position,
  lanes: PartitionLanes,
  { link, names, partitions, positions, onTrouble }: PartitionWorkerOptions,
) {
  return {
    link,
    stream: positions.stream,
    streamCreated: position.stream,
    filterSubject: partitionFilter(names, partitions, partition),
    startAfter: position.committed,
    onTrouble,
    intake: {
      get hasRoom() {
        return lanes.hasRoom;
      },
      whenRoom: () => lanes.whenRoom(),
      take: (delivery: Delivery) => {
        const record: CommandRecord = commandRecord(delivery, partition);
        lanes.push(record, delivery.sequence);
      },
    },
  };
}

/** Tries until it works or the lease ends; undefined then. */
async function claimed(
  { partition, owner, revoked, lost }: PartitionLease,
  { positions, onTrouble }: PartitionWorkerOptions,
): Promise<Position | undefined> {
  for (let attempt = 1; !revoked.aborted && !lost.aborted; attempt++) {
    try {
      return await claimPosition(positions, partition, owner);
    } catch (thrown) {
      const error = fromNats(thrown, `taking over partition ${partition}`);
      if (!error.retryable) throw error;
      onTrouble({ kind: 'broker_failed', error });
      await pause(backoffMs(attempt, RETRIES), revoked, lost);
    }
  }
  return undefined;
}

/** Commits at intervals, and ends the work when somebody else has claimed the position. */
async function commitWhileWorking(
  position: Position,
  lanes: PartitionLanes,
  lease: PartitionLease,
  options: PartitionWorkerOptions,
  ending: AbortController,
): Promise<void> {
  while (!ending.signal.aborted) {
    await pause(COMMIT_INTERVAL_MS, ending.signal, lease.lost);
    if (lease.lost.aborted) return;
    if (!(await commit(position, lanes, options))) ending.abort();
  }
}

/** @returns false when the position is somebody else's */
async function commit(
  position: Position,
  lanes: PartitionLanes,
  { link, onTrouble }: PartitionWorkerOptions,
): Promise<boolean> {
  const { watermark } = lanes;
  // Without a connection the client would wait for one; the next interval, or the next owner, does as well.
  if (watermark <= position.committed || !link.connected()) return true;
  try {
    return await position.commit(watermark);
  } catch (error) {
    onTrouble({ kind: 'broker_failed', error: fromNats(error, 'committing') });
    return true;
  }
}
