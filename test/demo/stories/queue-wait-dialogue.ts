import type { JambonzMessage } from '../http-bus.ts';
import { HANG_UP, type Reply } from '../ivr.ts';

/** Keeps callers in a queue, with music until their turn has come. */
export function keepWaiting({ type, msgid = '', hook, data }: JambonzMessage): Reply | undefined {
  switch (type) {
    case 'session:new':
      return { name: 'enqueue', command: { type: 'ack', msgid, data: ENQUEUE } };
    case 'verb:hook':
      if (hook === '/music') return { name: 'music', command: { type: 'ack', msgid, data: MUSIC } };
      return hook === '/left' ? { name: 'greet', command: { type: 'ack', msgid, data: GREETING } } : undefined;
    case 'verb:status': {
      const isOver = data['event'] === 'finished' && data['id'] === 'greeting';
      return isOver ? { name: 'hang-up', command: HANG_UP } : undefined;
    }
    default:
      return undefined;
  }
}

const ENQUEUE = [
  { verb: 'answer' },
  { verb: 'enqueue', id: 'queue', name: 'support', waitHook: '/music', actionHook: '/left' },
];

/** Played to the one who waits. When it has ended, jambonz asks again. */
const MUSIC = [{ verb: 'play', url: 'https://example.com/hold-music.mp3' }];

const GREETING = [{ verb: 'say', id: 'greeting', text: 'It is your turn' }];
