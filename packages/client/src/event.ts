import {
  type Attributes,
  isJambonzMessage,
  JAMBONZ_MESSAGES,
  type JambonzMessage,
  type JambonzMessageOf,
  type JambonzMessageType,
  JambusError,
  parseJambonzMessage,
} from '@jambus/schema';

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

/** An event of one known type, its message checked. */
export type JambusEventOf<Name extends JambonzMessageType> = EventContext & {
  readonly type: Name;
  readonly message: JambonzMessageOf<Name>;
};

/** What a newer server says, what jambus itself says (`jambus:lost`), and what does not have the form of its type. */
export type OtherEvent = EventContext & { readonly type: 'other'; readonly message: JambonzMessage };

/** Any event, told apart by `type`. The type as jambonz has it is `message.type`. */
export type JambusEvent = { [Name in JambonzMessageType]: JambusEventOf<Name> }[JambonzMessageType] | OtherEvent;

/** What comes when this type is asked for. */
export type EventFor<Type extends string> = string extends Type
  ? JambusEvent
  : Type extends JambonzMessageType
    ? JambusEventOf<Type>
    : OtherEvent;

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
  if (isKnown(type) && isJambonzMessage(message, type)) {
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
export function readEventOf<Type extends string>(
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
export function isEventOf<Name extends JambonzMessageType>(
  event: JambusEvent,
  type: Name,
): event is JambusEvent & JambusEventOf<Name> {
  return event.type === type;
}

/** Whether the event is one of those that `type` asks for; all are when it is left out. */
function isOfType<Type extends string>(
  event: JambusEvent,
  type: Type | undefined,
): event is JambusEvent & EventFor<Type> {
  if (type === undefined) return true;
  return isKnown(type) ? event.type === type : event.type === 'other' && event.message.type === type;
}

function isKnown(type: string): type is JambonzMessageType {
  return Object.hasOwn(JAMBONZ_MESSAGES, type);
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
