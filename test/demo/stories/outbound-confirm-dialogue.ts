import type { JambonzMessage } from '../http-bus.ts';
import { HANG_UP, type Reply } from '../ivr.ts';

/** Calls somebody back and connects them with an agent, who is told first whose call it is. */
export function connect({ type, msgid = '', hook, data }: JambonzMessage): Reply | undefined {
  switch (type) {
    case 'session:new':
      return { name: 'connect', command: { type: 'ack', msgid, data: CONNECT } };
    case 'dial:confirm':
      return { name: 'whisper', command: { type: 'ack', msgid, data: WHISPER } };
    case 'verb:hook':
      return hook === '/dialled' ? { name: 'thank', command: { type: 'ack', msgid, data: THANKS } } : undefined;
    case 'verb:status': {
      const isOver = data['event'] === 'finished' && data['id'] === 'thanks';
      return isOver ? { name: 'hang-up', command: HANG_UP } : undefined;
    }
    default:
      return undefined;
  }
}

const CONNECT = [
  { verb: 'say', text: 'You asked us to call you back. I am connecting you.' },
  {
    verb: 'dial',
    id: 'agent',
    confirmHook: '/confirm',
    actionHook: '/dialled',
    target: [{ type: 'phone', number: '+15550100' }],
  },
];

/** Heard by the agent alone, who may hang up. */
const WHISPER = [{ verb: 'say', text: 'A customer who asked to be called back' }];

const THANKS = [{ verb: 'say', id: 'thanks', text: 'Thank you for your time' }];
