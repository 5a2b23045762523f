import type { Batch } from 'kafkajs';

/** Where records come from. */
export interface Origin {
  /** Name of the log. */
  readonly log: string;
  /** Nobody can have read records from this offset on before we were given the partition. */
  readonly freshFrom: number;
}

/** Notes where what is fetched comes from, as its records say nothing about that. */
export interface Origins {
  /** The group has met, or the topic is another one. */
  met(): void;
  /**
   * What was asked for has come.
   *
   * @param settled false while it may have been asked for before the group met
   */
  fetched(partition: number, log: string, highWatermark: number, settled: boolean): void;
  /**
   * Of a batch, from its arrival until the next of its partition is asked for.
   *
   * @param log what to take it for when it was not fetched by id; undefined when that is not known
   */
  originOf(
    batch: Pick<Batch, 'partition' | 'highWatermark'>,
    log: string | undefined,
    settled: boolean,
  ): Origin | undefined;
}

export function createOrigins(): Origins {
  const logs = new Map<number, string>();
  const ends = new Map<number, number>();
  const fetched: Origins['fetched'] = (partition, log, highWatermark, settled) => {
    logs.set(partition, log);
    if (settled && !ends.has(partition)) ends.set(partition, highWatermark);
  };
  return {
    met: () => {
      logs.clear();
      ends.clear();
    },
    fetched,
    originOf: ({ partition, highWatermark }, log, settled) => {
      if (!logs.has(partition) && log !== undefined) fetched(partition, log, Number(highWatermark), settled);
      const from = logs.get(partition);
      if (from === undefined) return undefined;
      return { log: from, freshFrom: ends.get(partition) ?? Number.POSITIVE_INFINITY };
    },
  };
}
