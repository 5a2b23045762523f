import { CALL_SID_FORM, dotted, isCallSid, isMessageType, isToken, JambusError } from '@jambus/schema';

/*
 * What is allowed is the same on every bus, and so as narrow as it is on NATS: a service that works on one does on the other.
 */

const DURABLE = /^[A-Za-z0-9_-]{1,64}$/;

/** @throws JambusError `bad_message` when the call's id cannot be a token of a subject, or would address others */
export function checkCallSid(callSid: string): void {
  if (isCallSid(callSid)) return;
  throw refused('callSid', `a call_sid: ${CALL_SID_FORM}`, callSid);
}

/** @throws JambusError `bad_message` when a bus takes no consumer of this name */
export function checkDurable(durable: string): void {
  if (DURABLE.test(durable)) return;
  throw refused('durable', 'up to 64 letters, digits, dashes and underscores', durable);
}

/** @throws JambusError `bad_message` for a type of events that cannot be part of a subject */
export function checkType(type: string): void {
  if (isMessageType(type) && dotted(type).split('.').every(isToken)) return;
  throw refused('type', 'one such as verb:hook', type);
}

function refused(name: string, expected: string, got: string): JambusError {
  return new JambusError('bad_message', `${name}: expected ${expected}, got ${JSON.stringify(got.slice(0, 100))}`);
}
