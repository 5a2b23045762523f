import { randomUUID } from 'node:crypto';
import {
  type Attributes,
  type CommandAttributes,
  isId,
  type JambonzAck,
  type JambonzCommand,
  JambusError,
  MAX_ID_BYTES,
} from '@jambus/schema';
import type { SendOptions } from './client.ts';

export const DEFAULT_EXPIRES_IN_MS = 30_000;
/** As long as anybody could want it, and short enough for every date. */
const LONGEST_EXPIRES_IN_MS = 24 * 60 * 60 * 1000;

/** A command ready for any bus. */
export interface OutgoingCommand {
  readonly callSid: string;
  readonly id: string;
  readonly attributes: Attributes;
  readonly payload: Uint8Array;
  readonly expiresInMs: number;
}

/**
 * The record of a command: its JSON as it is, and what `options` say as CloudEvents attributes.
 *
 * @throws JambusError `bad_message` for options that a header cannot carry or the adapter would refuse
 */
export function outgoingCommand(
  source: string,
  callSid: string,
  message: JambonzCommand | JambonzAck,
  options: SendOptions,
): OutgoingCommand {
  const {
    id = randomUUID(),
    expiresInMs = DEFAULT_EXPIRES_IN_MS,
    ifverbid,
    ifsequence,
    results,
    traceparent,
  } = options;
  checkText('id', id);
  if (ifverbid !== undefined) checkText('ifverbid', ifverbid);
  if (traceparent !== undefined) checkText('traceparent', traceparent);
  if (!(expiresInMs > 0 && expiresInMs <= LONGEST_EXPIRES_IN_MS)) {
    throw refused(`expiresInMs: expected ms, more than 0 and at most ${LONGEST_EXPIRES_IN_MS}, got ${expiresInMs}`);
  }
  if (ifsequence !== undefined && !(Number.isSafeInteger(ifsequence) && ifsequence >= 0)) {
    throw refused(`ifsequence: expected the sequence of an event, got ${ifsequence}`);
  }
  const now = Date.now();
  const attributes: CommandAttributes = {
    specversion: '1.0',
    id,
    type: message.type === 'ack' ? 'jambonz.ack' : 'jambonz.command',
    source,
    subject: callSid,
    time: new Date(now).toISOString(),
    expirytime: new Date(now + expiresInMs).toISOString(),
    ...(ifverbid !== undefined && { ifverbid }),
    ...(ifsequence !== undefined && { ifsequence: String(ifsequence) }),
    ...(results !== undefined && { results }),
    ...(traceparent !== undefined && { traceparent }),
    'content-type': 'application/json',
  };
  return { callSid, id, attributes, payload: encode(message), expiresInMs };
}

function encode(message: object): Uint8Array {
  try {
    return Buffer.from(JSON.stringify(message));
  } catch (cause) {
    throw new JambusError('bad_message', `the command cannot be written as JSON: ${String(cause)}`, { cause });
  }
}

function checkText(name: string, text: string): void {
  if (!isId(text) || text.trim() !== text) {
    throw refused(`${name}: expected 1 to ${MAX_ID_BYTES} bytes of UTF-8, no control characters, no spaces around`);
  }
}

function refused(message: string): JambusError {
  return new JambusError('bad_message', message);
}
