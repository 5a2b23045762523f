import type { BusMessage, CommandRecord } from '../../src/port/index.ts';

/** A command of a call, in partition 0. */
export function recordOf(callSid: string | undefined, offset: number, payload = `payload ${offset}`): CommandRecord {
  return {
    callSid,
    attributes: { id: `command-${offset}` },
    payload: new TextEncoder().encode(payload),
    publishedAt: 1_700_000_000_000 + offset,
    position: `0/${offset}`,
    maybeRepeated: false,
    replyTo: undefined,
  };
}

/** An event of a call whose CloudEvents id is `id`. */
export function eventOf(callSid: string, id: string, payload: Uint8Array = new TextEncoder().encode(id)): BusMessage {
  return { channel: 'events', callSid, type: 'verb:status', attributes: { id }, payload };
}
