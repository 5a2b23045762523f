import { parseScript } from '../../simulator/index.ts';
import type { Step } from '../checklist.ts';
import {
  answered,
  command,
  delivered,
  differs,
  event,
  lacks,
  later,
  NOTIFY_EVENTS,
  told,
  verbStatus,
  verbsOf,
} from '../sights.ts';
import { ending } from './ending.ts';
import { takeOrder } from './order-dialogue.ts';
import type { Story } from './story.ts';

/** The redirect of the jambonz documentation, as the IVR has to send it and jambonz has to get it. */
const REDIRECT_OF_THE_PAGE = {
  type: 'command',
  command: 'redirect',
  queueCommand: true,
  data: [{ say: { id: 'b5e39996', text: "Hello it's me Mario" } }],
};

const ORDER = 'One margherita';

export const order: Story = {
  name: 'order',
  summary: 'an IVR takes an order: the redirect of the jambonz documentation, a question, a hook and its answer',
  call: { script: parseScript({ caller: [{ onHook: '/order', speech: ORDER }] }) },
  replyTo: takeOrder,
  steps: (callSid) => stepsOf(callSid),
};

function stepsOf(callSid: string): readonly Step[] {
  return [
    {
      title: 'the call comes to the IVR as session:new',
      sights: [
        event('session:new', ({ subject, sequence, epoch }) =>
          differs('call, sequence and epoch', [subject, sequence, epoch], [callSid, '1', '1']),
        ),
      ],
    },
    {
      title: 'the IVR answers it with an application',
      sights: answered('answer', ['session:new'], NOTIFY_EVENTS),
    },
    {
      title: 'the IVR sends the redirect of the jambonz documentation',
      sights: [
        command('introduce', (message) => differs('command', message, REDIRECT_OF_THE_PAGE)),
        told('redirect', (message) => differs('message', message, REDIRECT_OF_THE_PAGE)),
      ],
    },
    { title: 'its result is delivered', sights: [delivered('introduce')] },
    {
      title: 'its say begins',
      sights: [verbStatus('b5e39996', 'starting', 'introduce'), later('introduce', 'started', 'b5e39996')],
    },
    {
      title: 'its say ends',
      sights: [verbStatus('b5e39996', 'finished', 'introduce'), later('introduce', 'finished', 'b5e39996')],
    },
    {
      title: 'the IVR asks with a gather',
      sights: [
        command('ask'),
        told('redirect', ({ data }, past) => differs('verbs', data, verbsOf(past, 'ask'))),
        delivered('ask'),
      ],
    },
    {
      title: 'what the caller says comes to the IVR as verb:hook',
      sights: [
        event('verb:hook', ({ data: { hook, data } }) => differs('hook', hook, '/order') ?? lacks('data', data, ORDER)),
      ],
    },
    {
      title: 'the answer of the IVR becomes the ack to the hook',
      sights: answered('confirm', ['verb:hook', '/order']),
    },
    {
      title: 'the answer begins',
      sights: [verbStatus('goodbye', 'starting', 'confirm'), later('confirm', 'started', 'goodbye')],
    },
    {
      title: 'the answer ends',
      sights: [verbStatus('goodbye', 'finished', 'confirm'), later('confirm', 'finished', 'goodbye')],
    },
    ...ending(callSid),
  ];
}
