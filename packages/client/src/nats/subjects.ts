import { isToken } from '@jambus/bus/nats-connection';
import { type BusNames, type Channel, dotted, JambusError } from '@jambus/schema';

const CONSUMER_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** @throws JambusError `bad_message` when the call's id cannot be a token of a subject, or would address others */
export function checkCallSid(callSid: string): void {
  if (isToken(callSid)) return;
  throw new JambusError(
    'bad_message',
    `callSid: expected a call_sid (no dots, spaces or wildcards), got ${quote(callSid)}`,
  );
}

/** @throws JambusError `bad_message` when NATS takes no consumer of this name */
export function checkDurable(durable: string): void {
  if (CONSUMER_NAME.test(durable)) return;
  const expected = 'up to 64 letters, digits, dashes and underscores';
  throw new JambusError('bad_message', `durable: expected ${expected}, got ${quote(durable)}`);
}

/** Subjects of a channel's records about one call, or all. */
export function recordsSubject(channel: 'commands' | 'results', names: BusNames, callSid = '*'): string {
  return `${names[channel]}.${callSid}`;
}

/**
 * Subjects of the events of one call or all, of one type or all.
 *
 * @throws JambusError `bad_message` for a type that cannot be part of a subject
 */
export function eventsSubject(names: BusNames, callSid = '*', type?: string): string {
  if (type === undefined) return `${names.events}.${callSid}.>`;
  const tokens = dotted(type);
  if (tokens.split('.').every(isToken)) return `${names.events}.${callSid}.${tokens}`;
  throw new JambusError('bad_message', `type: expected one such as verb:hook, got ${quote(type)}`);
}

/** The call that a record of a channel is about; undefined for a subject that is none of the channel's. */
export function callSidOf(channel: Channel, names: BusNames, subject: string): string | undefined {
  const before = `${names[channel]}.`;
  if (!subject.startsWith(before)) return undefined;
  const end = subject.indexOf('.', before.length);
  return subject.slice(before.length, end === -1 ? undefined : end);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
