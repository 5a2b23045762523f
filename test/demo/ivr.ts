import type { BusEvent, BusResult, Command, HttpBus, JambonzMessage } from './http-bus.ts';

/*
 * A microservice that serves calls. It knows the bus and the messages of jambonz, and nothing else: no websocket, no session.
 * It keeps no state either, so any number of it could share the work.
 */

/** What to send, under a name that makes the command's id. */
export interface Reply {
  readonly name: string;
  readonly command: Command;
}

/** The whole dialogue: what to send when jambonz says this; undefined: nothing. */
export type ReplyTo = (message: JambonzMessage) => Reply | undefined;

export const HANG_UP: Command = { type: 'command', command: 'call:status', data: { call_status: 'completed' } };

/**
 * Subscribes, and serves calls from then on.
 *
 * @param replyTo what it says
 * @returns the end of it: resolves when the bus was disconnected, rejects when something went wrong
 */
export async function startIvr(bus: HttpBus, replyTo: ReplyTo): Promise<{ readonly ended: Promise<unknown> }> {
  const [events, results] = await Promise.all([bus.events(), bus.results()]);
  return { ended: Promise.all([serve(bus, events, replyTo), watch(bus, results)]) };
}

async function serve(bus: HttpBus, events: AsyncIterable<BusEvent>, replyTo: ReplyTo): Promise<void> {
  for await (const event of events) {
    const reply = replyTo(event.data);
    if (reply === undefined) continue;
    const { subject, id, traceparent } = event;
    // An id made from the event: should the event come twice, the second reply is refused as a duplicate.
    await bus.send(subject, `${id}/${reply.name}`, reply.command, traceparent);
  }
}

async function watch(bus: HttpBus, results: AsyncIterable<BusResult>): Promise<void> {
  for await (const { callSid, commandId, status } of results) {
    // Nothing will be heard of this verb: better no call than a silent one.
    if (status === 'failed') await bus.send(callSid, `${commandId}/give-up`, HANG_UP, undefined);
  }
}
