/**
 * Every way jambus itself can fail, as a closed list. Codes are for programs and stay stable; messages are for people and
 * tell an operator what to do. What a *command* can be refused for is a different list: `RejectionCode` in `bus/result.ts`.
 */
export const ERROR_CODES = [
  /** Settings that cannot be used; the message lists every fault. */
  'bad_config',
  /** A message or frame that does not have the form its schema asks for. */
  'bad_message',
  /** The broker cannot be reached or did not answer in time. */
  'bus_unavailable',
  /** The broker refused for good: no rights, missing topic, message too large. */
  'bus_refused',
  /** The other end of a gateway link is away. */
  'link_unavailable',
  /** The other end of a gateway link refused us, or broke the link's protocol. */
  'link_refused',
  /** A write to a websocket that is not open. */
  'socket_closed',
  /** The REST API of the platform refused what it was asked for. */
  'platform_refused',
  /** The REST API of the platform did not answer, or a call that it placed was not heard of. What was asked for may have happened. */
  'platform_unavailable',
  /** A buffer with a bound is full; try again when it has drained. */
  'overloaded',
  /** The component is shutting down. */
  'stopped',
  /** A defect in jambus. */
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

const RETRYABLE: ReadonlySet<ErrorCode> = new Set(['bus_unavailable', 'link_unavailable', 'overloaded']);

/** The one error class of jambus: a closed `code`, whether trying again can help, and the `cause` it came from. */
export class JambusError extends Error {
  override readonly name = 'JambusError';
  readonly code: ErrorCode;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }

  /** Gives back `error` if it is a JambusError already; otherwise wraps it under `code` (`internal` when left out). */
  static from(error: unknown, code: ErrorCode = 'internal'): JambusError {
    if (error instanceof JambusError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new JambusError(code, message, { cause: error });
  }
}
