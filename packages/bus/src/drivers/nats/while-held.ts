import type { CommandHandler, Outcome } from '../../port/index.ts';
import type { PartitionLease } from './sharing/index.ts';

/** What becomes of a record that was read too late. Nothing of these lanes is committed any more. */
const LEFT_TO_THE_NEXT: Outcome = { kind: 'retry', afterMs: 1_000, reason: 'the partition is lost' };

/**
 * Looks at the clock before each record. A process that was stopped for longer than its lease may find what has come on its
 * sockets before its timers, and the partition is somebody else's by then.
 */
export function whileHeld(lease: Pick<PartitionLease, 'isHeld'>, handler: CommandHandler): CommandHandler {
  return (record, signal, turn) => (lease.isHeld() ? handler(record, signal, turn) : Promise.resolve(LEFT_TO_THE_NEXT));
}
