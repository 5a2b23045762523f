import { parseScript } from '../script/parse-script.ts';
import type { SimulatedCall } from '../simulated-call.ts';
import { callScenario } from './call-scenario.ts';

/** Long enough for what was written to arrive, real ms. */
const DELIVERY_MS = 50;
const REJECT_AFTER_MS = 200;

/** What the server answers to `session:new` is never looked at. */
async function deafToFirstAnswer(call: SimulatedCall): Promise<void> {
  await call.waitFor('session:new');
  call.misbehave({ kind: 'deaf' });
  await new Promise((resolve) => setTimeout(resolve, DELIVERY_MS));
}

export const mute = callScenario({
  name: 'mute',
  summary:
    'the socket drops before session:new was acked: after its session:reconnect the call is mute until closed with 1012',
  act: async (call) => {
    await deafToFirstAnswer(call);
    call.drop();
  },
});

export const rejected = callScenario({
  name: 'rejected',
  summary: 'jambonz takes the application for missing: it closes with 1001 and never comes back',
  ends: 'rejected',
  settings: ({ ackTimeoutMs = REJECT_AFTER_MS }) => ({ ackTimeoutMs: Math.min(ackTimeoutMs, REJECT_AFTER_MS) }),
  act: deafToFirstAnswer,
});

export const verbFailure = callScenario({
  name: 'verb-failure',
  summary: 'every say and play fails: jambonz:error, then finished, and the call goes on',
  script: parseScript({
    failures: {
      say: 'TTS vendor google error: Error: No text-to-speech service credentials for google have been configured',
      play: 'File Not Found',
    },
  }),
  verbs: () => [
    { verb: 'config', notifyEvents: true },
    { verb: 'say', id: 'greet', text: 'never heard' },
    { verb: 'pause', length: 1 },
    { verb: 'hangup' },
  ],
});
