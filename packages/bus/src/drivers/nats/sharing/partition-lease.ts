/** The right to work on a partition. */
export interface PartitionLease {
  readonly partition: number;
  /** Unique to this adapter's reading. */
  readonly owner: string;
  /** Aborts when the partition is to be given up in good order. */
  readonly revoked: AbortSignal;
  /** Aborts when it may be somebody else's: from then on nothing is committed. */
  readonly lost: AbortSignal;
  /** Whether it is ours still, by the clock. If not, `lost` has aborted by the time this returns. */
  isHeld(): boolean;
}
