import type { CommandResult, JambonzCommand, JambusClient, JambusEvent, Verb } from '@jambus/client';
import { JambusError } from '@jambus/client';

const GREETING: Verb[] = [
  { verb: 'answer' },
  { verb: 'say', text: "Welcome to Mario's!" },
  { verb: 'gather', input: ['speech'], actionHook: '/order', say: { text: 'What would you like?' } },
];

const QUESTION: Verb[] = [
  { verb: 'gather', input: ['speech'], actionHook: '/order', say: { text: 'Say that again, please?' } },
];

const HANG_UP: JambonzCommand = { type: 'command', command: 'call:status', data: { call_status: 'completed' } };

/**
 * Takes orders by phone until it is told to stop. Any number of processes share the work: each event goes to one of them, and
 * to another when that one dies over it.
 *
 * @param where the bus is, for people
 */
export async function takeOrders(client: JambusClient, where: string): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void client.close());

  const events = client.events.subscribe({ durable: 'ivr' });
  await events.ready();
  print(`serving calls of ${where}`);
  // One after the other; a service with many calls would hand them to a queue of its own for each call.
  for await (const event of events) {
    try {
      await answer(client, event);
    } catch (error) {
      // Whatever it was (a bus that is full, no adapter): an answer that comes any later is of no use to the caller.
      if (!(error instanceof JambusError)) throw error;
      print(`${event.callSid} ${error.code}: ${error.message}`);
    }
  }
}

/** An id made from the event: should the event come twice, the second answer is refused as a duplicate. */
async function answer({ acks, commands }: JambusClient, event: JambusEvent): Promise<void> {
  const { callSid, id } = event;
  switch (event.type) {
    case 'session:new': {
      const { msgid, data } = event.message;
      print(`${callSid} ${data.from ?? 'somebody'} calls`);
      if (msgid !== undefined) report(await acks.send(callSid, msgid, GREETING, { id }));
      break;
    }
    case 'verb:hook': {
      const { hook, msgid, data } = event.message;
      if (hook !== '/order' || msgid === undefined) break;
      const order = data.speech?.alternatives?.[0]?.transcript;
      print(`${callSid} orders ${order ?? 'nothing that could be understood'}`);
      const verbs = order === undefined ? QUESTION : [{ verb: 'say', id: 'goodbye', text: `${order}? Coming up!` }];
      report(await acks.send(callSid, msgid, verbs, { id }));
      break;
    }
    case 'verb:status': {
      const { data } = event.message;
      if (data.id !== 'goodbye' || !('event' in data) || data.event !== 'finished') break;
      report(await commands.send(callSid, HANG_UP, { id, expiresInMs: 5_000 }));
      break;
    }
    case 'call:status':
      print(`${callSid} ${event.message.data.call_status}`);
      break;
    default:
      break;
  }
}

function report({ callSid, status, code, detail }: CommandResult): void {
  if (status === 'rejected') print(`${callSid} ${code}: ${detail ?? ''}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
