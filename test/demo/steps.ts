import type { Step } from './checklist.ts';
import {
  command,
  commandOf,
  delivered,
  differs,
  event,
  lacks,
  later,
  type Past,
  saidOf,
  told,
  verbStatus,
} from './sights.ts';

/** The redirect of the jambonz documentation, as the IVR has to send it and jambonz has to get it. */
const REDIRECT_OF_THE_PAGE = {
  type: 'command',
  command: 'redirect',
  queueCommand: true,
  data: [{ say: { id: 'b5e39996', text: "Hello it's me Mario" } }],
};

/** What the gateway puts in front of a call's first application, so that jambonz reports on verbs. */
const NOTIFY_EVENTS = { verb: 'config', notifyEvents: true };

/** What has to happen in the demo's call, in this order. @param order what the caller says */
export function stepsOf(callSid: string, order: string): readonly Step[] {
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
      sights: [
        command('answer'),
        told('ack', ({ msgid, data }, past) =>
          differs(
            'ack',
            { msgid, data },
            { msgid: saidOf(past, 'session:new')?.['msgid'], data: [NOTIFY_EVENTS, ...verbsOf(past, 'answer')] },
          ),
        ),
        delivered('answer'),
      ],
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
        event('verb:hook', ({ data: { hook, data } }) => differs('hook', hook, '/order') ?? lacks('data', data, order)),
      ],
    },
    {
      title: 'the answer of the IVR becomes the ack to the hook',
      sights: [
        command('confirm', (message, past) =>
          differs('ack', message.type === 'ack' ? message.msgid : message.type, saidOf(past, 'verb:hook')?.['msgid']),
        ),
        told('ack', ({ msgid, data }, past) =>
          differs(
            'ack',
            { msgid, data },
            { msgid: saidOf(past, 'verb:hook')?.['msgid'], data: verbsOf(past, 'confirm') },
          ),
        ),
        delivered('confirm'),
      ],
    },
    {
      title: 'the answer begins',
      sights: [verbStatus('goodbye', 'starting', 'confirm'), later('confirm', 'started', 'goodbye')],
    },
    {
      title: 'the answer ends',
      sights: [verbStatus('goodbye', 'finished', 'confirm'), later('confirm', 'finished', 'goodbye')],
    },
    {
      title: 'the IVR hangs up with call:status',
      sights: [
        command('hang-up'),
        told('call:status', ({ data }) => differs('data', data, { call_status: 'completed' })),
        delivered('hang-up'),
      ],
    },
    {
      title: 'the call ends with call:status completed',
      sights: [
        event(
          'call:status',
          ({ subject }) => differs('call', subject, callSid),
          ({ data: { data } }) => data['call_status'] === 'completed',
        ),
      ],
    },
  ];
}

/** The events of the call as a whole. */
export interface EventsReport {
  readonly count: number;
  /** What is wrong with them, for people: they are what jambonz said, unchanged and numbered without a gap. */
  readonly fault: string | undefined;
}

/** @param seen everything that was seen in the call */
export function checkEvents(seen: Past): EventsReport {
  const events = seen.flatMap((each) => (each.kind === 'event' ? [each.event] : []));
  const said = seen.flatMap((each) => (each.kind === 'said' ? [each.message] : []));
  const faults = events.map(
    ({ sequence, data }, index) =>
      differs('sequence of an event', sequence, String(index + 1)) ?? differs(`event ${sequence}`, data, said[index]),
  );
  const fault = faults.find((each) => each !== undefined) ?? differs('number of events', events.length, said.length);
  return { count: events.length, fault };
}

function verbsOf(past: Past, name: string): readonly unknown[] {
  const data = commandOf(past, name)?.command.data;
  return Array.isArray(data) ? data : [];
}
