import { parseScript } from '../../simulator/index.ts';
import { answered, callStatus, differs, event, later, NOTIFY_EVENTS, verbStatus } from '../sights.ts';
import { ending } from './ending.ts';
import { connect } from './outbound-confirm-dialogue.ts';
import type { Story } from './story.ts';

export const outboundConfirm: Story = {
  name: 'outbound-confirm',
  summary: 'a call that REST has placed is connected with an agent, who is whispered to before and accepts',
  call: { kind: { kind: 'outbound' }, script: parseScript({ durations: { dial: 2_000 } }) },
  replyTo: connect,
  steps: (callSid) => [
    {
      title: 'the called party is rung: its statuses come before there is a session',
      sights: [callStatus(callSid, 'ringing')],
    },
    { title: 'it answers', sights: [callStatus(callSid, 'in-progress')] },
    { title: 'jambonz asks for an application on the same websocket', sights: [event('session:new', () => undefined)] },
    {
      title: 'the service answers with a dial that is to be confirmed',
      sights: answered('connect', ['session:new'], NOTIFY_EVENTS),
    },
    {
      title: 'the dial begins',
      sights: [verbStatus('agent', 'starting', 'connect'), later('connect', 'started', 'agent')],
    },
    {
      title: 'the agent has answered, and jambonz asks before it connects them',
      sights: [event('dial:confirm', ({ data: { hook } }) => differs('hook', hook, '/confirm'))],
    },
    { title: 'the service whispers to the agent, in the ack', sights: answered('whisper', ['dial:confirm']) },
    {
      title: 'they have talked, and the dial asks what comes next',
      sights: [event('verb:hook', ({ data: { hook } }) => differs('hook', hook, '/dialled'))],
    },
    { title: 'the service answers', sights: answered('thank', ['verb:hook', '/dialled']) },
    {
      title: 'the last words are said',
      sights: [verbStatus('thanks', 'finished', 'thank'), later('thank', 'finished', 'thanks')],
    },
    ...ending(callSid),
  ],
};
