import { parseScript } from '../script/parse-script.ts';
import { callScenario } from './call-scenario.ts';

const LONGER_THAN_IT_RINGS_MS = 70_000;
const OUTBOUND = { kind: 'outbound' } as const;

export const outboundAnswered = callScenario({
  name: 'outbound-answered',
  summary: 'a call placed by REST is answered: statuses first, then session:new on the same socket',
  kind: OUTBOUND,
});

export const outboundAppJson = callScenario({
  name: 'outbound-app-json',
  summary: 'a call placed by REST with an application that the platform has stored: statuses only, no session:new',
  kind: { kind: 'outbound', verbs: [{ verb: 'say', text: 'This is a reminder' }, { verb: 'hangup' }] },
});

export const outboundBusy = callScenario({
  name: 'outbound-busy',
  summary: 'a call placed by REST meets a busy callee: statuses only, no session:new',
  kind: OUTBOUND,
  script: parseScript({ callee: { answer: 'busy' } }),
});

export const outboundNoAnswer = callScenario({
  name: 'outbound-no-answer',
  summary: 'a call placed by REST rings for a minute in vain',
  kind: OUTBOUND,
  script: parseScript({ callee: { answer: 'no answer' } }),
  settings: ({ patienceMs = LONGER_THAN_IT_RINGS_MS }) => ({ patienceMs }),
});

export const outboundFailed = callScenario({
  name: 'outbound-failed',
  summary: 'a call placed by REST is refused',
  kind: OUTBOUND,
  script: parseScript({ callee: { answer: 'failed' } }),
});

export const outboundDropEarly = callScenario({
  name: 'outbound-drop-early',
  summary: 'the socket of an outbound call drops while it rings: a session:reconnect without any call_sid',
  kind: OUTBOUND,
  script: parseScript({ callee: { ring: 5000 } }),
  act: async (call) => {
    const ringing = (data: unknown) => JSON.stringify(data).includes('"ringing"');
    await call.waitFor(({ message }) => message?.['type'] === 'call:status' && ringing(message['data']));
    call.drop();
  },
});
