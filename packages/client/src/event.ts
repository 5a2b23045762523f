import {
  type Attributes,
  isJambonzMessage,
  isJambusMessage,
  JAMBONZ_MESSAGES,
  JAMBUS_MESSAGES,
  type JambonzMessage,
  type JambonzMessageOf,
  type JambonzMessageType,
  JambusError,
  type JambusMessageType,
  parseJambonzMessage,
  type ReadJambusMessage,
} from '@jambus/schema';
import type { OtherType } from './other-type.ts';

/** Where an event belongs. */
export interface EventContext {
  /** The session's call: where commands about it go. */
  readonly callSid: string;
  /** `<call_sid>/<epoch>/<sequence>`, the same when the event comes twice. */
  readonly id: string;
  /** Counts the call's events from 1, without a gap. */
  readonly sequence: number;
  /** Counts the call's websockets. */
  readonly epoch: number;
  /** When the gateway had it from jambonz. */
  readonly time: Date;
  /** On what a verb with an id brought about: the id of the command that brought the verb. */
  readonly causationId: string | undefined;
  /** Path of the call's websocket, by which applications differ. */
  readonly application: string | undefined;
  /** W3C trace context of the call. */
  readonly traceparent: string | undefined;
}

/** The types of events that are known: what jambonz says, and what jambus itself says (`jambus:lost`). */
export type EventType = JambonzMessageType | JambusMessageType;

/** The message of an event of one known type. */
export type MessageOf<Name extends EventType> = Name extends JambonzMessageType
  ? JambonzMessageOf<Name>
  : Name extends JambusMessageType
    ? ReadJambusMessage<Name>
    : never;

/** An event of one known type, its message checked. */
export type JambusEventOf<Name extends EventType> = EventContext & {
  readonly type: Name;
  readonly message: MessageOf<Name>;
};

/** What a newer server says, and what does not have the form of its type. */
export type OtherEvent = EventContext & { readonly type: 'other'; readonly message: JambonzMessage };

/** Any event, told apart by `type`. The type as jambonz has it is `message.type`. */
export type JambusEvent = { [Name in EventType]: JambusEventOf<Name> }[EventType] | OtherEvent;

/** A type that can be asked for. */
export type AskedType = EventType | OtherType;

/** What comes when this type is asked for. */
export type EventFor<Type extends AskedType> = Type extends EventType ? JambusEventOf<Type> : JambusEvent;

/**
 * Reads one record of the events channel.
 *
 * @throws JambusError `bad_message` when it is not what jambus publishes
 */
function readEvent(callSid: string, attributes: Attributes, payload: Uint8Array): JambusEvent {
  const context = readContext(callSid, attributes);
  const parsed = parseJambonzMessage(payload);
  if (!parsed.ok) throw new JambusError('bad_message', `event ${context.id}: ${parsed.reason}`);
  const { message } = parsed;
  const { type } = message;
  if (hasFormOf(type, message)) {
    // The compiler cannot see that `type` and `message` are of the same member of the union; the check above did.
    return { ...context, type, message } as JambusEvent;
  }
  return { ...context, type: 'other', message };
}

/**
 * Reads one record of the events channel for somebody who has asked for this type, or for all.
 *
 * @throws JambusError `bad_message` as `readEvent`, and when it has not the form of that type
 */
export function readEventOf<Type extends AskedType>(
  type: Type | undefined,
  callSid: string,
  attributes: Attributes,
  payload: Uint8Array,
): EventFor<Type> {
  const event = readEvent(callSid, attributes, payload);
  if (isOfType(event, type)) return event;
  throw new JambusError('bad_message', `event ${event.id} has not the form of ${type}`);
}

/** Whether the event is of this type, its message checked. */
export function isEventOf<Name extends EventType>(
  event: JambusEvent,
  type: Name,
): event is JambusEvent & JambusEventOf<Name> {
  return event.type === type;
}

/** Whether the event is one of those that `type` asks for; all are when it is left out. */
function isOfType<Type extends AskedType>(
  event: JambusEvent,
  type: Type | undefined,
): event is JambusEvent & EventFor<Type> {
  if (type === undefined) return true;
  return isKnown(type) ? event.type === type : event.type === 'other' && event.message.type === type;
}

function hasFormOf(type: string, message: JambonzMessage): type is EventType {
  return isJambonz(type) ? isJambonzMessage(message, type) : isJambus(type) && isJambusMessage(message, type);
}

function isKnown(type: string): type is EventType {
  return isJambonz(type) || isJambus(type);
}

function isJambonz(type: string): type is JambonzMessageType {
  return Object.hasOwn(JAMBONZ_MESSAGES, type);
}

function isJambus(type: string): type is JambusMessageType {
  return Object.hasOwn(JAMBUS_MESSAGES, type);
}

function readContext(callSid: string, attributes: Attributes): EventContext {
  const { id, time = '', causationid, application, traceparent } = attributes;
  if (id === undefined) throw new JambusError('bad_message', `an event of call ${callSid} without id`);
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) throw new JambusError('bad_message', `event ${id}: its time is ${quote(time)}`);
  return {
    callSid,
    id,
    sequence: counted(id, 'sequence', attributes['sequence']),
    epoch: counted(id, 'epoch', attributes['epoch']),
    time: at,
    causationId: causationid,
    application,
    traceparent,
  };
}

function counted(id: string, name: string, text = ''): number {
  if (!/^\d{1,15}$/.test(text)) throw new JambusError('bad_message', `event ${id}: its ${name} is ${quote(text)}`);
  return Number(text);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
