/** Where a message stands in its stream. */
export interface Place {
  /** Its number in the stream. */
  readonly sequence: number;
  /** Its number among the consumer's deliveries, redelivered ones included. */
  readonly delivery: number;
  /** When the server stored it, ms since the epoch. */
  readonly storedAt: number;
  /** Messages that the consumer has after it. */
  readonly pending: number;
}

const NANOS_PER_MS = 1_000_000;

/**
 * What the reply subject of a delivery says, in both forms that servers have:
 * `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>`, and since 2.8 where accounts share
 * streams with `<domain>.<account>` before the stream and a token at the end.
 *
 * @returns undefined for a message that did not come from a stream
 */
export function placeOf(reply: string | undefined): Place | undefined {
  const tokens = (reply ?? '').split('.');
  if (tokens[1] !== 'ACK') return undefined;
  const first = tokens.length === 9 ? 5 : 7;
  const [sequence = Number.NaN, delivery = Number.NaN, storedNs = Number.NaN, pending = Number.NaN] = tokens
    .slice(first, first + 4)
    .map(Number);
  const storedAt = Math.floor(storedNs / NANOS_PER_MS);
  const isPlace = [sequence, delivery, storedAt, pending].every(Number.isSafeInteger);
  return isPlace ? { sequence, delivery, storedAt, pending } : undefined;
}
