import { parseScript } from '../script/parse-script.ts';
import { callScenario } from './call-scenario.ts';
import { until } from './waiting.ts';

const EVENTS = { statusHook: '/conference-events', statusEvents: ['start', 'join', 'leave', 'end'] };
const HOLD_MS = 5000;

export const queueWait = callScenario({
  name: 'queue-wait',
  summary: 'enqueue with waitHook: music, again and again, until somebody takes the caller out after 15 s',
  script: parseScript({ durations: { enqueue: 15_000 } }),
  verbs: () => [
    { verb: 'enqueue', name: 'support', waitHook: '/queue-music', actionHook: '/queue-left' },
    { verb: 'hangup' },
  ],
});

export const conferenceHold = callScenario({
  name: 'conference-hold',
  summary: 'a conference with notification hooks, whose member REST puts on hold for five seconds with a wait_hook',
  script: parseScript({ durations: { conference: 20_000 } }),
  verbs: () => [{ verb: 'conference', name: 'team', actionHook: '/conference-left', ...EVENTS }, { verb: 'hangup' }],
  act: async (call, { speed = 1 }) => {
    if (!(await until(call, () => call.inConference))) return;
    call.update({ conf_hold_status: 'hold', wait_hook: '/hold-music' });
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS / speed));
    call.update({ conf_hold_status: 'unhold' });
  },
});

export const conferenceWait = callScenario({
  name: 'conference-wait',
  summary: 'a conference that has not started: music by waitHook until the caller has had enough',
  verbs: () => [
    { verb: 'conference', name: 'not yet', startConferenceOnEnter: false, waitHook: '/wait-music', ...EVENTS },
  ],
});
