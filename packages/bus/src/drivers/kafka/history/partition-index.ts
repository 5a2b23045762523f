import { pause } from '../../../waiting/pause.ts';
import type { LogRecord } from './log-records.ts';
import type { Ends, ReadPart } from './record-source.ts';

/** What a partition says about keys, read from its end towards its beginning, once for all who ask. */
export interface PartitionIndex<T> {
  /**
   * What the last records of the key say, as folded; undefined when there are none, none since this time, or too much lies
   * behind them.
   *
   * @param sinceMs of records, ms since the epoch
   * @param until nothing is read after this time, on the clock of `performance.now()`
   * @throws what the client throws
   */
  find(key: string, sinceMs: number, until: number): Promise<T | undefined>;
}

export interface PartitionIndexOptions<T> {
  readonly ends: () => Promise<Ends>;
  readonly read: (from: number, to: number) => AsyncIterable<ReadPart>;
  /** What is known of a key once this later record of it has been read, too. */
  readonly fold: (known: T | undefined, record: LogRecord) => T | undefined;
  /** Most bytes that are read for one index. */
  readonly maxBytes: number;
}

interface Search<T> {
  readonly key: string;
  readonly sinceMs: number;
  readonly until: number;
  readonly resolve: (found: T | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** What has been read, without a gap. */
interface Covered {
  begin: number;
  end: number;
  /** Newest time of a record in the oldest part: one clock that is wrong does not make it seem older. */
  backToMs: number;
}

/** Who asks within this time shares one look, ms: when everything was restarted, all calls ask at once. */
const GATHER_MS = 30;
/** Clocks of publishers, whose time it may be, differ. */
const CLOCK_SKEW_MS = 60_000;
const FIRST_CHUNK = 500;
const CHUNK_BYTES = 768 * 1024;

export function createPartitionIndex<T>({ ends, read, fold, maxBytes }: PartitionIndexOptions<T>): PartitionIndex<T> {
  const found = new Map<string, T>();
  let covered: Covered | undefined;
  let waiting: Search<T>[] = [];
  let working = false;
  let bytesRead = 0;
  let chunk = FIRST_CHUNK;

  /** @returns the newest time of a record; undefined without any */
  const readInto = async (into: Map<string, T>, from: number, to: number): Promise<number | undefined> => {
    let bytes = 0;
    let newestMs: number | undefined;
    for await (const part of read(from, to)) {
      bytes += part.bytes;
      newestMs = Math.max(newestMs ?? 0, part.newestMs);
      for (const record of part.records) {
        const { key } = record;
        const known = key === undefined ? undefined : fold(into.get(key), record);
        if (key !== undefined && known !== undefined) into.set(key, known);
      }
    }
    bytesRead += bytes;
    if (bytes > 0) chunk = Math.max(1, Math.ceil((CHUNK_BYTES * (to - from)) / bytes));
    return newestMs;
  };

  /** Answers those that can be answered, and returns the others. */
  const settle = (searches: readonly Search<T>[], { backToMs }: Covered): Search<T>[] =>
    searches.filter(({ key, sinceMs, until, resolve }) => {
      const value = found.get(key);
      const isOver = value !== undefined || sinceMs - CLOCK_SKEW_MS > backToMs || performance.now() > until;
      if (isOver) resolve(value);
      return !isOver;
    });

  const search = async (searches: readonly Search<T>[]): Promise<void> => {
    const { low, high } = await ends();
    // It ends before what was read: it was made anew.
    if (covered !== undefined && high < covered.end) {
      covered = undefined;
      found.clear();
    }
    covered ??= { begin: high, end: high, backToMs: Number.POSITIVE_INFINITY };
    const area = covered;
    if (high > area.end) await readInto(found, area.end, high);
    area.end = high;
    let open = settle(searches, area);
    while (open.length > 0 && area.begin > low && bytesRead < maxBytes) {
      const from = Math.max(low, area.begin - chunk);
      const older = new Map<string, T>();
      area.backToMs = (await readInto(older, from, area.begin)) ?? area.backToMs;
      for (const [key, value] of older) if (!found.has(key)) found.set(key, value);
      area.begin = from;
      open = settle(open, area);
    }
    for (const { resolve } of open) resolve(undefined);
  };

  const work = async (): Promise<void> => {
    working = true;
    await pause(GATHER_MS);
    while (waiting.length > 0) {
      const searches = waiting;
      waiting = [];
      await search(searches).catch((error: unknown) => {
        // What was read in part would be a gap.
        covered = undefined;
        found.clear();
        for (const { reject } of searches) reject(error);
      });
    }
    working = false;
  };

  return {
    find: (key, sinceMs, until) =>
      new Promise((resolve, reject) => {
        waiting.push({ key, sinceMs, until, resolve, reject });
        if (!working) void work();
      }),
  };
}
