import { clip } from '../fault.ts';
import type { JambonzMessage } from './message.ts';

/** The types that feature-server 0.9.8 and newer ones send without waiting for an answer. */
const NEEDS_NO_ACK: ReadonlySet<string> = new Set([
  'call:status',
  'verb:status',
  'jambonz:error',
  'llm:event',
  'llm:tool-call',
  'agent:event',
  'agent:tool-call',
  'tts:tokens-result',
  'tts:streaming-event',
]);

/** Whether a message of this type only tells something, on every server from 0.9.8 on. */
export function isTold(type: string): boolean {
  return NEEDS_NO_ACK.has(type);
}

/**
 * Whether jambonz waits for an ack, for 5 s. A type that is unknown here counts as waiting: an ack too many is only logged
 * over there, a missing one holds the call up.
 */
export function wantsAck(message: JambonzMessage): boolean {
  return message.msgid !== undefined && !isTold(message.type);
}

/** A `verb:hook` that only tells what happened (in a conference or queue); no application has to answer it. */
export function isNotification(message: JambonzMessage): boolean {
  return message.type === 'verb:hook' && typeof message.data['event'] === 'string';
}

/**
 * How far a verb that carries an id has come. `finished` ends a run, of a verb that failed too: feature-server 0.9.8
 * reports `jambonz:error` first and `finished` after it. Ids are constants in most applications: the same id starting
 * again is another run, and `finished` ends the oldest one that runs.
 */
export interface VerbProgress {
  readonly verbId: string;
  readonly state: 'started' | 'finished';
}

/**
 * Of a `verb:status`, in the form that servers send (`event`) or that the documentation has (`status`). A run that failed
 * comes as `finished` like any other: that it did is in the `verbFailure` before it.
 */
export function verbProgress(message: JambonzMessage): VerbProgress | undefined {
  if (message.type !== 'verb:status') return undefined;
  const { id, event, status } = message.data;
  if (typeof id !== 'string') return undefined;
  if (event === 'starting' || status === 'begin') return { verbId: id, state: 'started' };
  if (event === 'finished' || status === 'end') return { verbId: id, state: 'finished' };
  return undefined;
}

/**
 * A verb that jambonz could not run, or not to its end. It does not end the run: the verb's `finished` follows, and until
 * then the verb counts as running.
 */
export interface VerbFailure {
  readonly verbId: string;
  readonly detail: string;
}

/**
 * Of a `jambonz:error` about a verb with an id; `detail` is at most 500 characters. Errors about a message that jambonz
 * could not read carry no id, and are undefined here.
 */
export function verbFailure(message: JambonzMessage): VerbFailure | undefined {
  if (message.type !== 'jambonz:error') return undefined;
  const { id, msg, details } = message.data;
  if (typeof id !== 'string') return undefined;
  const parts = [msg, details].filter((part) => typeof part === 'string' && part !== '');
  return { verbId: id, detail: clip(parts.length === 0 ? 'jambonz gave no reason' : parts.join(': '), 500) };
}

/** What a `call:status` says. */
export interface CallStatus {
  /** The leg it is about; undefined only when the message names no call at all. */
  readonly callSid: string | undefined;
  readonly callStatus: string;
  /** The leg has ended. */
  readonly terminal: boolean;
  /** It is the session's own leg: a B-leg reports on the socket of its A-leg. */
  readonly ownLeg: boolean;
}

const TERMINAL: ReadonlySet<string> = new Set(['completed', 'failed', 'busy', 'no-answer']);

/**
 * Of a `call:status`.
 *
 * @param session the session's call, for sockets of adulted legs, whose messages can lack the top-level `call_sid`; a
 *   B-leg could not be told from the session's own leg there
 */
export function callStatusOf(message: JambonzMessage, session?: string): CallStatus | undefined {
  if (message.type !== 'call:status') return undefined;
  const { call_sid: leg, call_status: callStatus } = message.data;
  if (typeof callStatus !== 'string') return undefined;
  const own = message.call_sid ?? session;
  const callSid = typeof leg === 'string' ? leg : own;
  return {
    callSid,
    callStatus,
    terminal: TERMINAL.has(callStatus),
    ownLeg: own === undefined || callSid === own,
  };
}

/**
 * The call whose session a message belongs to. The first message of an adulted leg, `session:adulting`, has it in its
 * data; the top-level one can be missing there or be the parent's.
 */
export function sessionCallSid(message: JambonzMessage): string | undefined {
  const inside = message.data['call_sid'];
  const inData = typeof inside === 'string' && inside !== '' ? inside : undefined;
  if (message.type === 'session:adulting') return inData ?? message.call_sid;
  return message.call_sid ?? (message.type.startsWith('session:') ? inData : undefined);
}
