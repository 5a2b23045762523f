/**
 * How well this reader can do its work, compared with the others of its group: the partitions go to those with the highest
 * rank, in equal shares. A reader that reaches fewer gateways than the others would only let commands expire.
 */
export interface Standing {
  readonly rank: number;
  /** Calls `listener` after each change of the rank. @returns ends that */
  onChange(listener: () => void): () => void;
}

/** A standing whose rank is set by whoever made it. */
export interface ChangingStanding extends Standing {
  /** Sets the rank, and tells of it. */
  change(rank: number): void;
}

/** @param rank the first one */
export function createStanding(rank: number): ChangingStanding {
  const listeners = new Set<() => void>();
  return {
    get rank() {
      return rank;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change(to) {
      rank = to;
      for (const listener of listeners) listener();
    },
  };
}

/** The standing of a reader whose equals are all the others. */
export const EQUAL_STANDING: Standing = { rank: 0, onChange: () => () => {} };
