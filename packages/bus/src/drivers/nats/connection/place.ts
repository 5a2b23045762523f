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

/** Digits of a time in nanoseconds that are less than a millisecond. */
const DIGITS_BELOW_MS = 6;
const [DOT, ZERO] = [0x2e, 0x30];
const BEGINNING = '$JS.ACK.';
/** Tokens after the beginning that come before the place: stream, consumer, delivered; domain and account before them. */
const BEFORE = 3;
const BEFORE_WITH_ACCOUNT = 5;
/** Tokens of the shorter form after the beginning. */
const SHORT_FORM = 7;

/**
 * What the reply subject of a delivery says, in both forms that servers have:
 * `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>`, and since 2.8 where accounts share
 * streams with `<domain>.<account>` before the stream and a token at the end.
 *
 * @returns undefined for a message that did not come from a stream
 */
export function placeOf(reply: string | undefined): Place | undefined {
  if (reply === undefined || !reply.startsWith(BEGINNING)) return undefined;
  const before = tokensFrom(reply, BEGINNING.length) === SHORT_FORM ? BEFORE : BEFORE_WITH_ACCOUNT;
  let start = BEGINNING.length;
  for (let skipped = 0; skipped < before; skipped++) start = endOfToken(reply, start) + 1;
  const sequenceEnd = endOfToken(reply, start);
  const deliveryEnd = endOfToken(reply, sequenceEnd + 1);
  const storedEnd = endOfToken(reply, deliveryEnd + 1);
  const sequence = numberIn(reply, start, sequenceEnd);
  const delivery = numberIn(reply, sequenceEnd + 1, deliveryEnd);
  const storedAt = numberIn(reply, deliveryEnd + 1, storedEnd - DIGITS_BELOW_MS);
  const pending = numberIn(reply, storedEnd + 1, endOfToken(reply, storedEnd + 1));
  // What is no number makes the sum none.
  return Number.isSafeInteger(sequence + delivery + storedAt + pending)
    ? { sequence, delivery, storedAt, pending }
    : undefined;
}

/** How often the consumer has handed a message over by now, as its reply subject says; 0 for one that came from no stream. */
export function deliveriesOf(reply: string | undefined): number {
  if (reply === undefined || !reply.startsWith(BEGINNING)) return 0;
  const tokens = reply.slice(BEGINNING.length).split('.');
  return Number(tokens[(tokens.length === SHORT_FORM ? BEFORE : BEFORE_WITH_ACCOUNT) - 1]);
}

function tokensFrom(text: string, start: number): number {
  let tokens = 1;
  for (let at = start; at < text.length; at++) if (text.charCodeAt(at) === DOT) tokens++;
  return tokens;
}

/** The index of the dot behind the token, or that behind the text. */
function endOfToken(text: string, start: number): number {
  for (let at = start; at < text.length; at++) if (text.charCodeAt(at) === DOT) return at;
  return text.length;
}

/** The number that stands there in digits; NaN when there is another character, or none. */
function numberIn(text: string, start: number, end: number): number {
  if (start >= end) return Number.NaN;
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}
