import { parseScript } from '../../simulator/index.ts';
import type { Sight } from '../checklist.ts';
import { answered, command, delivered, differs, event, later, NOTIFY_EVENTS, verbStatus } from '../sights.ts';
import { ending } from './ending.ts';
import { keepWaiting } from './queue-wait-dialogue.ts';
import type { Story } from './story.ts';

const asked = (hook: string): Sight =>
  event(
    'verb:hook',
    () => undefined,
    ({ data }) => data.hook === hook,
  );

export const queueWait: Story = {
  name: 'queue-wait',
  summary: 'a caller waits in a queue with hold music, which jambonz asks for again and again',
  call: { script: parseScript({ durations: { enqueue: 4_000, play: 3_000 } }) },
  replyTo: keepWaiting,
  steps: (callSid) => [
    { title: 'somebody calls', sights: [event('session:new', ({ subject }) => differs('call', subject, callSid))] },
    { title: 'the service puts the call into a queue', sights: answered('enqueue', ['session:new'], NOTIFY_EVENTS) },
    {
      title: 'it waits there',
      sights: [verbStatus('queue', 'starting', 'enqueue'), later('enqueue', 'started', 'queue')],
    },
    { title: 'jambonz asks what is played meanwhile', sights: [asked('/music')] },
    { title: 'the service answers with music', sights: answered('music', ['verb:hook', '/music']) },
    { title: 'the music has ended, and jambonz asks again', sights: [asked('/music')] },
    { title: 'there is more music', sights: [command('music'), delivered('music')] },
    { title: 'the turn of the caller has come, and jambonz asks what comes next', sights: [asked('/left')] },
    { title: 'the service greets the caller', sights: answered('greet', ['verb:hook', '/left']) },
    {
      title: 'the greeting ends',
      sights: [verbStatus('greeting', 'finished', 'greet'), later('greet', 'finished', 'greeting')],
    },
    ...ending(callSid),
  ],
};
