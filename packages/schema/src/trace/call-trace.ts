import { createHash } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
/** The second half serves as a span id, which must not be zero. */
const NO_SPAN = /0{16}$/;

/**
 * The trace id of a call that jambonz has no trace for. Made from its call_sid, so that everybody who deals with the call comes
 * to the same one without a word, over reconnects, moves and restarts: of a UUID, as those of jambonz are, its 32 hex digits.
 */
export function traceIdOfCall(callSid: string): string {
  if (UUID.test(callSid)) {
    const digits = callSid.replaceAll('-', '');
    if (!NO_SPAN.test(digits)) return digits;
  }
  return createHash('sha256').update(callSid).digest('hex').slice(0, 32);
}

/**
 * The `traceparent` of a call for which nobody makes spans: neither jambonz nor we. Services downstream can be one trace by
 * it. It counts as sampled, because most samplers follow their parent, and would drop every span otherwise.
 */
export function traceparentOfCall(callSid: string): string {
  const traceId = traceIdOfCall(callSid);
  const text = `00-${traceId}-${traceId.slice(16)}-01`;
  // It is kept for each call: in one piece, as the engine would keep all the parts it was made of.
  return Buffer.from(text, 'latin1').toString('latin1');
}
