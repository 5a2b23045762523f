import { JambusError } from '@jambus/schema';

/** How far a chain of causes is followed; chains can be circular. */
const DEEPEST_CAUSE = 8;
/** How many members of an AggregateError are shown. */
const MOST_MEMBERS = 10;

/** What a log line says about an error. */
export interface SerializedError {
  readonly type: string;
  readonly message: string;
  /** The JambusError code, or the code of Node and of libraries (`ECONNREFUSED`). */
  readonly code?: string | number;
  readonly retryable?: boolean;
  readonly stack?: string;
  readonly cause?: SerializedError;
  readonly errors?: readonly SerializedError[];
}

/**
 * Whatever was thrown, with its causes, as plain data. Only these fields: errors of client libraries carry requests,
 * options and credentials as further properties, which have no business in a log.
 */
export function serializeError(thrown: unknown, depth = 0): SerializedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: describe(thrown) };
  const code = 'code' in thrown ? thrown.code : undefined;
  return {
    type: thrown.name,
    message: thrown.message,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(thrown instanceof JambusError && { retryable: thrown.retryable }),
    ...(thrown.stack !== undefined && { stack: thrown.stack }),
    ...(thrown.cause !== undefined && depth < DEEPEST_CAUSE && { cause: serializeError(thrown.cause, depth + 1) }),
    ...(thrown instanceof AggregateError &&
      depth < DEEPEST_CAUSE && {
        errors: thrown.errors.slice(0, MOST_MEMBERS).map((error) => serializeError(error, depth + 1)),
      }),
  };
}

/** A thrown object is not shown by its properties, for the same reason. */
function describe(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null
    ? `a thrown ${thrown.constructor?.name ?? 'object'}`
    : String(thrown);
}
