import type { Command, JambonzMessage } from '../http-bus.ts';
import { HANG_UP, type Reply } from '../ivr.ts';

/** Takes an order by phone. */
export function takeOrder({ type, msgid = '', hook, data }: JambonzMessage): Reply | undefined {
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
