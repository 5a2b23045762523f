import type { CommandResult, RejectionCode } from '@jambus/schema';

/** A command's outcome as an HTTP status. */
const REJECTION_STATUS: Readonly<Record<RejectionCode, number>> = {
  invalid: 422,
  unknown_call: 404,
  call_ended: 410,
  expired: 408,
  too_large: 413,
  duplicate: 409,
  precondition_failed: 412,
  unauthorized: 403,
};

/** 200 for a delivered command, otherwise what its rejection code comes closest to. */
export function statusOf(result: CommandResult): number {
  return result.code === undefined ? 200 : REJECTION_STATUS[result.code];
}
