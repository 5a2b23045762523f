import type { BusEvent, BusResult, Command, HttpBus, JambonzMessage } from './http-bus.ts';

/*
 * A microservice that takes an order by phone. It knows the bus and the messages of jambonz, and nothing else: no
 * websocket, no session. It keeps no state either, so any number of it could share the work.
 */

/** What to send, under a name that makes the command's id. */
export interface Reply {
  readonly name: string;
  readonly command: Command;
}

const HANG_UP: Command = { type: 'command', command: 'call:status', data: { call_status: 'completed' } };

/**
 * Subscribes, and serves calls from then on.
 *
 * @returns the end of it: resolves when the bus was disconnected, rejects when something went wrong
 */
export async function startIvr(bus: HttpBus): Promise<{ readonly ended: Promise<unknown> }> {
  const [events, results] = await Promise.all([bus.events(), bus.results()]);
  return { ended: Promise.all([serve(bus, events), watch(bus, results)]) };
}

async function serve(bus: HttpBus, events: AsyncIterable<BusEvent>): Promise<void> {
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

/** The whole dialogue: what to send when jambonz says this; undefined: nothing. */
export function replyTo({ type, msgid = '', hook, data }: JambonzMessage): Reply | undefined {
  switch (type) {
    case 'session:new':
      return { name: 'answer', command: { type: 'ack', msgid, data: GREETING } };
    case 'call:status':
      return data['call_status'] === 'in-progress' ? { name: 'introduce', command: INTRODUCTION } : undefined;
    case 'verb:status':
      if (data['event'] !== 'finished') return undefined;
      if (data['id'] === 'b5e39996') return { name: 'ask', command: QUESTION };
      return data['id'] === 'goodbye' ? { name: 'hang-up', command: HANG_UP } : undefined;
    case 'verb:hook': {
      if (hook !== '/order') return undefined;
      const order = transcriptOf(data);
      if (order === undefined) return { name: 'ask-again', command: QUESTION };
      return { name: 'confirm', command: { type: 'ack', msgid, data: confirmation(order) } };
    }
    default:
      return undefined;
  }
}

const GREETING = [{ verb: 'answer' }, { verb: 'say', text: "Welcome to Mario's!" }];

/** As the jambonz documentation writes it; behind the greeting, as it is queued. */
const INTRODUCTION: Command = {
  type: 'command',
  command: 'redirect',
  queueCommand: true,
  data: [{ say: { id: 'b5e39996', text: "Hello it's me Mario" } }],
};

const QUESTION: Command = {
  type: 'command',
  command: 'redirect',
  data: [{ verb: 'gather', input: ['speech'], actionHook: '/order', say: { text: 'What would you like?' } }],
};

function confirmation(order: string): object[] {
  return [{ verb: 'say', id: 'goodbye', text: `${order}? Coming up!` }];
}

function transcriptOf(data: JambonzMessage['data']): string | undefined {
  const speech = data['speech'] as { readonly alternatives?: readonly { readonly transcript?: string }[] } | undefined;
  return speech?.alternatives?.[0]?.transcript;
}
