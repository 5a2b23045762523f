import type { BusNames } from '@jambus/schema';
import { type LanesSettings, PartitionLanes } from '../../lanes/index.ts';
import type { CommandHandler, EventSink } from '../../port/index.ts';
import type { OnTrouble } from '../../trouble.ts';
import { type Backoff, backoffMs } from '../../waiting/backoff.ts';
import { pause } from '../../waiting/pause.ts';
import { whenAborted } from '../../waiting/when-aborted.ts';
import { commandRecord } from './command-record.ts';
import { fromNats } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import type { Delivery } from './connection/pull.ts';
import { type PartitionReaderOptions, readPartition } from './partition-reader.ts';
import { claimPosition, type Position, type PositionsOptions } from './positions.ts';
import type { PartitionLease } from './sharing/index.ts';
import type { StreamWatch } from './stream-watch.ts';
import { partitionFilter } from './subjects.ts';
import { whileHeld } from './while-held.ts';

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

const COMMIT_INTERVAL_MS = 200;
/** How often a stream that cannot be read is asked about, ms; asking costs no request. */
const UNREADABLE_POLL_MS = 200;
/** What is written at intervals of records that are finished behind one that waits, bytes; and at the end. */
const LONGEST_PROGRESS = 4_096;
const LONGEST_LAST_PROGRESS = 65_536;
const RETRIES: Backoff = { firstMs: 50, maxMs: 500 };
/** How long handlers of a stream that is gone keep its successor waiting, ms: nobody can read their commands again. */
const STOP_AFTER_STREAM_MS = 1_000;

/**
 * Works on one partition until the lease is revoked or lost, on one stream after the other if it is made anew. Resolves when
 * nothing of it runs any more and, unless the lease was lost, what is finished is committed. It also resolves when somebody
 * else has claimed the position.
 *
 * @throws JambusError that is not retryable
 */
export async function workOnPartition(
  lease: PartitionLease,
  handler: CommandHandler,
  options: PartitionWorkerOptions,
  watch: StreamWatch,
): Promise<void> {
  for (;;) {
    // What it stores meanwhile would be read in a wrong order, or by nobody.
    while (!watch.readable && !lease.revoked.aborted && !lease.lost.aborted) {
      await pause(UNREADABLE_POLL_MS, lease.revoked, lease.lost);
    }
    const position = await claimed(lease, options, watch);
    if (position === undefined) return;
    const why = await new StreamWork(lease, position, handler, options, watch).run();
    if (why !== 'stream over') return;
  }
}

/** Why the work on a stream's partition has ended; `stream over` also while the stream cannot be read. */
type End = 'lease over' | 'position taken' | 'stream over';

/** The work on one partition for as long as both its lease and its stream last. */
class StreamWork {
  readonly #lease: PartitionLease;
  readonly #position: Position;
  readonly #options: PartitionWorkerOptions;
  readonly #watch: StreamWatch;
  readonly #lanes: PartitionLanes;
  readonly #ending = new AbortController();
  #end: End = 'lease over';
  #failure: unknown;

  constructor(
    lease: PartitionLease,
    position: Position,
    handler: CommandHandler,
    options: PartitionWorkerOptions,
    watch: StreamWatch,
  ) {
    this.#lease = lease;
    this.#position = position;
    this.#options = options;
    this.#watch = watch;
    this.#lanes = new PartitionLanes({
      handler: whileHeld(lease, handler),
      publishDeadLetter: (letter) => options.sink.publish([letter]),
      channelName: options.names.commands,
      startAfter: position.committed,
      // The committer looks by itself.
      onAdvance: () => {},
      onTrouble: options.onTrouble,
      settings: options.lanes,
    });
  }

  async run(): Promise<End> {
    const { revoked, lost } = this.#lease;
    const ending = this.#ending.signal;
    // At once, rather than after whatever the connection still has for them.
    const stopNow = () => void this.#lanes.stop(0);
    lost.addEventListener('abort', stopNow);
    const unwatch = this.#watch.onSeen((created) => {
      if (created !== this.#position.stream || !this.#watch.readable) this.#endWith('stream over');
    });
    const committing = this.#commitAtIntervals();
    // Not awaited: a request of it may be under way, and what comes of it does not matter.
    void this.#read();
    await whenAborted(revoked, lost, ending);
    unwatch();
    this.#ending.abort();
    await this.#lanes.stop(this.#stopMs());
    lost.removeEventListener('abort', stopNow);
    await committing;
    await this.#commit(LONGEST_LAST_PROGRESS);
    if (this.#failure !== undefined) throw this.#failure;
    return revoked.aborted || lost.aborted ? 'lease over' : this.#end;
  }

  #stopMs(): number {
    const { stopMs } = this.#options;
    if (this.#lease.lost.aborted) return 0;
    return this.#end === 'stream over' ? Math.min(stopMs, STOP_AFTER_STREAM_MS) : stopMs;
  }

  /** The first reason counts. */
  #endWith(end: End): void {
    if (this.#ending.signal.aborted) return;
    this.#end = end;
    this.#ending.abort();
  }

  async #read(): Promise<void> {
    try {
      await readPartition(this.#readerOptions(), this.#ending.signal);
    } catch (error) {
      this.#failure = error;
    }
    this.#endWith('stream over');
  }

  #readerOptions(): PartitionReaderOptions {
    const { link, names, partitions, positions, onTrouble } = this.#options;
    const lanes = this.#lanes;
    const position = this.#position;
    return {
      link,
      stream: positions.stream,
      streamCreated: position.stream,
      filterSubject: partitionFilter(names, partitions, this.#lease.partition),
      startAfter: position.committed,
      onStreamMissing: this.#watch.look,
      onSkipped: this.#watch.skipped,
      onTrouble,
      intake: {
        get hasRoom() {
          return lanes.hasRoom;
        },
        whenRoom: () => lanes.whenRoom(),
        take: (delivery: Delivery) => {
          // It was finished behind one that waited, and its position could not be committed.
          if (position.isFinished(delivery.sequence)) lanes.skip(delivery.sequence);
          else lanes.push(commandRecord(delivery, position), delivery.sequence);
        },
      },
    };
  }

  /** Ends the work when somebody else has claimed the position. */
  async #commitAtIntervals(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await pause(COMMIT_INTERVAL_MS, this.#ending.signal, this.#lease.lost);
      if (!(await this.#commit())) this.#endWith('position taken');
    }
  }

  /** @returns false when the position is somebody else's */
  async #commit(maxProgressBytes = LONGEST_PROGRESS): Promise<boolean> {
    const { link, onTrouble } = this.#options;
    const { watermark } = this.#lanes;
    const beyond = this.#lanes.progressText(maxProgressBytes);
    const isNew = watermark > this.#position.committed || beyond !== this.#position.beyond;
    // Without a connection the client would wait for one; the next interval, or the next owner, does as well.
    if (!isNew || !this.#lease.isHeld() || !link.connected()) return true;
    try {
      return await this.#position.commit(watermark, beyond);
    } catch (error) {
      // Mostly it is the bucket that is gone.
      this.#watch.look();
      onTrouble({ kind: 'broker_failed', error: fromNats(error, 'committing') });
      return true;
    }
  }
}

/** Tries until it works or the lease ends; undefined then. */
async function claimed(
  { partition, owner, revoked, lost }: PartitionLease,
  { positions, onTrouble }: PartitionWorkerOptions,
  watch: StreamWatch,
): Promise<Position | undefined> {
  for (let attempt = 1; !revoked.aborted && !lost.aborted; attempt++) {
    try {
      return await claimPosition(positions, partition, owner);
    } catch (thrown) {
      const error = fromNats(thrown, `taking over partition ${partition}`);
      if (!error.retryable) throw error;
      // Mostly it is the stream or the bucket that is gone.
      watch.look();
      onTrouble({ kind: 'broker_failed', error });
      await pause(backoffMs(attempt, RETRIES), revoked, lost);
    }
  }
  return undefined;
}
