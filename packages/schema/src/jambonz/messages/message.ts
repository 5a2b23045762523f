import { isUtf8 } from 'node:buffer';
import { isObject, type JsonObject, textOf, whereJsonBreaks } from '../json/decode.ts';
import { createDataChecks } from './data-checks.ts';
import { JAMBONZ_MESSAGES, type JambonzDataOf, type JambonzMessageType } from './schemas.ts';

/** A message of jambonz, of a known type or not. */
export interface JambonzMessage {
  readonly type: string;
  readonly msgid: string | undefined;
  readonly call_sid: string | undefined;
  /** The path or address of the hook, on the types that carry one. */
  readonly hook?: string;
  /** Trace context of the call, in Zipkin's single-header form. */
  readonly b3?: string;
  /** Empty when the message has none. */
  readonly data: JsonObject;
}

/** A message of one known type, its data checked. */
export type JambonzMessageOf<Name extends JambonzMessageType> = JambonzMessage & {
  readonly type: Name;
  readonly data: JambonzDataOf<Name>;
};

export type ParsedJambonzMessage =
  | { readonly ok: true; readonly message: JambonzMessage }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads one websocket message of jambonz. Takes any type, and any data: what a newer server says has to reach the bus too.
 * `isJambonzMessage` says whether a message has the form its type promises. Never throws.
 */
export function parseJambonzMessage(text: Uint8Array | string): ParsedJambonzMessage {
  if (typeof text !== 'string' && !isUtf8(text)) return { ok: false, reason: 'not UTF-8 text' };
  let value: unknown;
  try {
    value = JSON.parse(typeof text === 'string' ? text : textOf(text));
  } catch (error) {
    return { ok: false, reason: `not JSON${whereJsonBreaks(error)}` };
  }
  if (!isObject(value)) return { ok: false, reason: 'not a JSON object' };
  const type = value['type'];
  if (typeof type !== 'string' || type === '') return { ok: false, reason: 'no "type"' };
  return { ok: true, message: messageOf(type, value) };
}

function messageOf(type: string, value: JsonObject): JambonzMessage {
  const { hook, b3, data } = value;
  return {
    type,
    msgid: stringOf(value['msgid']),
    call_sid: stringOf(value['call_sid']),
    ...(typeof hook === 'string' && { hook }),
    ...(typeof b3 === 'string' && { b3 }),
    data: isObject(data) ? data : NO_DATA,
  };
}

const NO_DATA: JsonObject = Object.freeze({});

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const hasForm = createDataChecks(JAMBONZ_MESSAGES);

/** Whether the message is of this type and its data has the form of it; the type's check is compiled on first use. */
export function isJambonzMessage<Name extends JambonzMessageType>(
  message: JambonzMessage,
  type: Name,
): message is JambonzMessageOf<Name> {
  return message.type === type && hasForm(type, message.data);
}
