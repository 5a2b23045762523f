import { type BusNames, JambusError } from '@jambus/schema';
import type { CallHistory } from '../../../port/index.ts';
import { pause } from '../../../waiting/pause.ts';
import { retry } from '../../../waiting/retry.ts';
import type { Cluster } from '../connection/cluster.ts';
import { fromKafka } from '../connection/errors.ts';
import { readingNeeds } from '../connection/rights.ts';
import { decidedBy, eventBy, type LastEvent } from './folds.ts';
import { createPartitionIndex, type PartitionIndex } from './partition-index.ts';
import { createRecordSource, type RecordSource } from './record-source.ts';

/** The history of calls, until it is closed. */
export interface KafkaCallHistory extends CallHistory {
  close(): void;
}

/** How long a look-up may take, ms. */
const WITHIN_MS = 4_000;
/** Most bytes that are read of one partition. */
const PARTITION_BYTES = 64 * 1024 * 1024;
/** What was read is kept so long for those who ask next, ms. */
const KEPT_MS = 5_000;

/**
 * Looks calls up in the events and results as they are: in the partition of the call only, from its end towards its beginning
 * until the call's last event and result are found, once for all calls that are asked for about the same time. It takes no
 * further topic and no compaction; what it costs is to read what was published since the last event of the oldest of these
 * calls, at most 64 MiB a partition and 4 s. A call that has no event in that is taken for one without a past, and one whose
 * results begin before that for one without a decided command.
 */
export function createCallHistory(cluster: Cluster, names: BusNames): KafkaCallHistory {
  const closing = new AbortController();
  let current: Look | undefined;

  const look = (): Look => {
    current ??= beginLook(cluster, names);
    const used = current;
    used.usedAt = performance.now();
    return used;
  };
  const drop = (used: Look): void => {
    used.end();
    if (current === used) current = undefined;
  };
  const dropWhenIdle = async (used: Look): Promise<void> => {
    await pause(KEPT_MS, closing.signal);
    if (used.underWay === 0 && performance.now() - used.usedAt >= KEPT_MS) drop(used);
  };

  const ask = async (callSid: string, sinceMs: number, until: number) => {
    const used = look();
    used.underWay++;
    try {
      const [event, decided] = await Promise.all([
        used.lastEvent(callSid, sinceMs, until),
        used.lastDecided(callSid, sinceMs, until),
      ]);
      if (event === undefined && decided === undefined) return undefined;
      return { ...(event ?? { epoch: 0, sequence: 0, endedAt: undefined }), decided };
    } catch (error) {
      drop(used);
      throw closing.signal.aborted ? new JambusError('stopped', 'this connection to Kafka is closed') : error;
    } finally {
      used.underWay--;
      used.usedAt = performance.now();
      if (used.underWay === 0) void dropWhenIdle(used);
    }
  };

  return {
    pastOf: (callSid, sinceMs) => {
      const until = performance.now() + WITHIN_MS;
      return retry(() => ask(callSid, sinceMs, until), {
        until,
        signal: closing.signal,
        doing: `looking for the past of call ${callSid}`,
        translate: fromKafka,
      });
    },
    close: () => {
      closing.abort();
      if (current !== undefined) drop(current);
    },
  };
}

type Find<T> = (callSid: string, sinceMs: number, until: number) => Promise<T | undefined>;

/** One client, and what was read by it. */
interface Look {
  readonly lastEvent: Find<LastEvent>;
  readonly lastDecided: Find<string>;
  underWay: number;
  usedAt: number;
  end(): void;
}

function beginLook(cluster: Cluster, names: BusNames): Look {
  const source = createRecordSource(cluster);
  return {
    lastEvent: findIn(source, names.events, eventBy),
    lastDecided: findIn(source, names.results, decidedBy),
    underWay: 0,
    usedAt: 0,
    end: source.end,
  };
}

function findIn<T>(
  source: RecordSource,
  topic: string,
  fold: Parameters<typeof createPartitionIndex<T>>[0]['fold'],
): Find<T> {
  const indexes = new Map<number, PartitionIndex<T>>();
  const indexOf = (partition: number): PartitionIndex<T> => {
    const known = indexes.get(partition);
    if (known !== undefined) return known;
    const index = createPartitionIndex<T>({
      ends: () => source.ends(topic, partition),
      read: (from, to) => source.read(topic, partition, from, to),
      fold,
      maxBytes: PARTITION_BYTES,
    });
    indexes.set(partition, index);
    return index;
  };
  return async (callSid, sinceMs, until) => {
    try {
      return await indexOf(await source.partitionOf(topic, callSid)).find(callSid, sinceMs, until);
    } catch (error) {
      throw fromKafka(error, `looking for call ${callSid} in ${topic}`, readingNeeds(topic));
    }
  };
}
