import { isWithin } from './bytes.ts';
import { isToken } from './token.ts';

/** Longest call_sid taken, in bytes of UTF-8; those of jambonz have 36. */
export const MAX_CALL_SID_BYTES = 256;

/** What a call_sid looks like, for people. */
export const CALL_SID_FORM = `1 to ${MAX_CALL_SID_BYTES} bytes without dots, spaces, line breaks, "*" and ">"`;

/**
 * Whether a text can be the address of a call. The rule is that of NATS for every bus, so that what is sent on one can be
 * sent on the other, and everything about a call can be published.
 */
export function isCallSid(text: string): boolean {
  return isToken(text) && isWithin(text, MAX_CALL_SID_BYTES);
}
