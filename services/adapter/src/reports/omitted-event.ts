import type { BusMessage } from '@jambus/bus';
import {
  type CallStatus,
  callStatusOf,
  cloudEventsType,
  isId,
  isMessageType,
  type JambusError,
  type JambusMessageOf,
  parseJambonzMessage,
} from '@jambus/schema';

type Omitted = JambusMessageOf<'jambus:omitted'>;

const TYPE = 'jambus:omitted';

/** The event as one that may be left out. @param onOmitted told why, each time that it is */
export function omissible(event: BusMessage, onOmitted: (why: JambusError) => void): BusMessage {
  const reduced = (why: JambusError): BusMessage => {
    onOmitted(why);
    return omittedEvent(event);
  };
  return { ...event, reduced };
}

/**
 * What takes the place of an event that is larger than the broker takes, so that its readers see that something happened, and
 * that their numbers have no gap: the same attributes, and a message that says what is missing.
 */
function omittedEvent(event: BusMessage): BusMessage {
  const { callSid, attributes, payload, type } = event;
  const message: Omitted = { type: TYPE, call_sid: callSid, data: dataOf(type, payload) };
  return {
    ...event,
    type: TYPE,
    attributes: { ...attributes, type: cloudEventsType(TYPE) },
    payload: Buffer.from(JSON.stringify(message)),
  };
}

function dataOf(type: string, payload: Uint8Array): Omitted['data'] {
  const data: Omitted['data'] = { type: isMessageType(type) ? type : 'unknown', bytes: payload.byteLength };
  const parsed = parseJambonzMessage(payload);
  if (!parsed.ok) return data;
  const { msgid } = parsed.message;
  const status = callStatusOf(parsed.message);
  return {
    ...data,
    ...(msgid !== undefined && isId(msgid) && { msgid }),
    ...(status !== undefined && statusIn(status)),
  };
}

function statusIn({ callStatus, terminal, ownLeg }: CallStatus): Pick<Omitted['data'], 'call_status' | 'ended'> {
  return { ...(isId(callStatus) && { call_status: callStatus }), ...(terminal && ownLeg && { ended: true }) };
}
