import type { Batch } from 'kafkajs';
import type { IsFinished } from '../../../lanes/index.ts';

/** Where records come from. */
export interface Origin {
  /** Name of the log. */
  readonly log: string;
  /** Nobody can have read records from this offset on before we were given the partition. */
  readonly freshFrom: number;
}

/** Where the work on a partition begins. */
export interface Beginning extends Origin {
  /** Whether a former owner has finished a record beyond what it could commit. */
  readonly isFinished: IsFinished;
}

/** Notes where what is fetched comes from, as its records say nothing about that. */
export interface Origins {
  /** The group has met, or the topic is another one. */
  met(): void;
  /** What was asked for since has come. */
  fetched(partition: number, log: string, highWatermark: number): void;
  /**
   * Of a batch, from its arrival until the next of its partition is asked for.
   *
   * @param log what to take it for when it was not fetched by id; undefined when that is not known
   */
  originOf(batch: Pick<Batch, 'partition' | 'highWatermark'>, log: string | undefined): Origin | undefined;
}

export function createOrigins(): Origins {
  const logs = new Map<number, string>();
  const ends = new Map<number, number>();
  const fetched: Origins['fetched'] = (partition, log, highWatermark) => {
    logs.set(partition, log);
    if (!ends.has(partition)) ends.set(partition, highWatermark);
  };
  return {
    met: () => {
      logs.clear();
      ends.clear();
    },
    fetched,
    originOf: ({ partition, highWatermark }, log) => {
      if (!logs.has(partition) && log !== undefined) fetched(partition, log, Number(highWatermark));
      const from = logs.get(partition);
      if (from === undefined) return undefined;
      return { log: from, freshFrom: ends.get(partition) ?? Number.POSITIVE_INFINITY };
    },
  };
}
