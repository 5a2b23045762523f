import { isWithin } from '../bus/bytes.ts';

/**
 * Which trace something belongs to, and which span caused it: W3C Trace Context, https://www.w3.org/TR/trace-context-2/
 */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  readonly sampled: boolean;
}

/** Version 00 to the letter; of a later version what is known of it, as the standard asks. `ff` is no version. */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-[\x20-\x7e]*)?$/;
const SAMPLED = 1;
/** Of a later version nobody knows how long it is; what goes on through links and headers has to have an end, in bytes. */
const MAX_TRACEPARENT_BYTES = 256;
/** What the standard has everybody propagate at least; it is ASCII by the standard. */
const TRACESTATE = /^[\t\x20-\x7e]{1,512}$/;

/** The context that a `traceparent` stands for; undefined when there is none or it is none. */
export function readTraceparent(text: string | undefined): TraceContext | undefined {
  const parts = text === undefined || !isWithin(text, MAX_TRACEPARENT_BYTES) ? null : TRACEPARENT.exec(text);
  if (parts === null) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', rest] = parts;
  if (version === '00' && rest !== undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

export function isTraceparent(text: string | undefined): text is string {
  return readTraceparent(text) !== undefined;
}

/** Whether a `tracestate` goes on beside the context it came with; longer than 512 bytes it is left out. */
export function isTracestate(text: string | undefined): text is string {
  return text !== undefined && TRACESTATE.test(text);
}

/** The `traceparent` that stands for a context. */
export function writeTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}
