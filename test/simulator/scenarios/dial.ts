import { parseScript } from '../script/parse-script.ts';
import { callScenario } from './call-scenario.ts';
import { until } from './waiting.ts';

const TARGET = [{ type: 'phone', number: '+15550100' }];
const DIAL = { verb: 'dial', id: 'dial', actionHook: '/dialled', target: TARGET };
const TALKS = { durations: { dial: 20_000 } };

export const outboundConfirm = callScenario({
  name: 'outbound-confirm',
  summary: 'a dial with confirmHook: the callee is asked (dial:confirm) and presses 1',
  script: parseScript({ ...TALKS, caller: [{ onVerb: 'gather', digits: '1' }] }),
  verbs: () => [{ ...DIAL, confirmHook: '/confirm' }, { verb: 'hangup' }],
});

export const confirmHangup = callScenario({
  name: 'confirm-hangup',
  summary: 'a dial with confirmHook: the callee hangs up while being asked',
  script: parseScript({ ...TALKS, callee: { hangup: 500 } }),
  verbs: () => [{ ...DIAL, confirmHook: '/confirm' }, { verb: 'hangup' }],
});

export const dialHold = callScenario({
  name: 'dial-hold',
  summary: 'a dial with onHoldHook: the callee puts the caller on hold for five seconds',
  script: parseScript({
    ...TALKS,
    caller: [
      { onVerb: 'dial', hold: 'callee', delay: 4000 },
      { after: 9000, unhold: 'callee' },
    ],
  }),
  verbs: () => [{ ...DIAL, onHoldHook: '/hold' }, { verb: 'hangup' }],
});

export const dialTransfer = callScenario({
  name: 'dial-transfer',
  summary: 'a dial with referHook: the callee transfers the caller',
  script: parseScript({
    ...TALKS,
    caller: [{ onVerb: 'dial', refer: { by: 'callee', to: '+15550123' }, delay: 4000 }],
  }),
  verbs: () => [{ ...DIAL, referHook: '/refer' }, { verb: 'hangup' }],
});

export const dialAmd = callScenario({
  name: 'dial-amd',
  summary: 'a dial with amd: its hook tells that a human answered',
  script: parseScript(TALKS),
  verbs: () => [{ ...DIAL, amd: { actionHook: '/amd' } }, { verb: 'hangup' }],
});

export const adulting = callScenario({
  name: 'adulting',
  summary:
    'REST asks child_call_hook for verbs for the dialled leg, which becomes a call of its own (session:adulting)',
  script: parseScript({ durations: { dial: 60_000 } }),
  verbs: () => [DIAL, { verb: 'pause', length: 20 }],
  act: async (call, { ownVerbs }) => {
    if (!(await until(call, () => call.child !== undefined))) return;
    if (ownVerbs)
      await call.adultChild([
        { verb: 'say', text: 'You are on your own now' },
        { verb: 'pause', length: 5 },
      ]);
    else call.update({ child_call_hook: '/child' });
  },
});
