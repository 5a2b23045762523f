/**
 * How well this reader can do its work, compared with the others of its group: the partitions go to those with the highest
 * rank, in equal shares. A reader that reaches fewer gateways than the others would only let commands expire.
 */
export interface Standing {
  readonly rank: number;
  /** Calls `listener` after each change of the rank. @returns ends that */
  onChange(listener: () => void): () => void;
}

/** The standing of a reader that is as good as any. */
export const EQUAL_STANDING: Standing = { rank: 0, onChange: () => () => {} };
