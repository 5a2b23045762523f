import { parseScript } from '../script/parse-script.ts';
import { callScenario } from './call-scenario.ts';

const MENU = { verb: 'gather', id: 'menu', actionHook: '/menu', input: ['digits', 'speech'], say: { text: 'Press 1' } };

export const inboundIvr = callScenario({
  name: 'inbound-ivr',
  summary: 'somebody calls and presses 1 at every gather',
  script: parseScript({ caller: [{ onVerb: 'gather', digits: '1' }] }),
  verbs: () => [{ verb: 'config', notifyEvents: true }, MENU, { verb: 'hangup' }],
});

export const inboundDrop = callScenario({
  name: 'inbound-drop',
  summary: 'the socket of a running call drops, and comes back with session:reconnect',
  verbs: () => [{ verb: 'answer' }, { verb: 'pause', length: 20 }],
  act: async (call) => {
    await call.waitFor(({ message }) => message?.['type'] === 'call:status');
    call.drop();
  },
});

export const appJson = callScenario({
  name: 'app-json',
  summary: 'a call whose application the platform has stored: call:status first, and no session:new',
  kind: { kind: 'resumed', verbs: [{ verb: 'say', text: 'One moment, please' }, MENU] },
  script: parseScript({ caller: [{ onVerb: 'gather', digits: '1' }] }),
});

export const resumed = callScenario({
  name: 'resumed',
  summary: 'a call that goes on in a conference on another feature-server: call:status first, and no session:new',
  kind: {
    kind: 'resumed',
    verbs: [
      { verb: 'conference', name: 'resumed', statusHook: '/conference-events', statusEvents: ['join', 'leave'] },
      { verb: 'hangup' },
    ],
  },
});
