import type { Deadline, DeadlineQueue } from '../deadline-queue.ts';

/** Waits for somebody to send a call anything. */
export interface ClaimWatch {
  /** Begins to wait, unless that is under way. */
  await(): void;
  cancel(): void;
}

/**
 * @param deadlines how long is waited; undefined: for ever
 * @param onUnclaimed called when nobody has come by then
 */
export function createClaimWatch(deadlines: DeadlineQueue | undefined, onUnclaimed: () => void): ClaimWatch {
  let waiting: Deadline | undefined;
  return {
    await() {
      waiting ??= deadlines?.add(() => {
        waiting = undefined;
        onUnclaimed();
      });
    },
    cancel() {
      waiting?.cancel();
      waiting = undefined;
    },
  };
}
