import { askOptions } from '../kinds/ask-options.ts';
import { callScenario } from './call-scenario.ts';
import type { Scenario } from './scenario.ts';

const PATIENCE_MS = 2000;

export const sms = callScenario({
  name: 'sms',
  summary: 'a text message: session:new without a call',
  kind: { kind: 'sms', text: 'Hello from the simulator' },
  act: async (call, { speed = 1 }) => {
    await call.waitFor(({ direction }) => direction === 'received');
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS / speed));
    call.hangup();
  },
});

/** The portal asks for variables; there is no call at all. */
export const options: Scenario = {
  name: 'options',
  summary: 'the portal asks the application for its variables: OPTIONS over HTTP, never an upgrade',
  start: ({ url, ackTimeoutMs }) => ({
    call: undefined,
    done: askOptions(url, ackTimeoutMs).then((answer) => ({
      scenario: 'options',
      ok: answer.fault === undefined,
      detail: answer.fault ?? `HTTP ${answer.status}, ${describe(answer.envVars)}`,
      calls: [],
      answer,
    })),
  }),
};

function describe(envVars: unknown): string {
  if (typeof envVars !== 'object' || envVars === null) return 'no variables';
  return `variables ${Object.keys(envVars).join(', ')}`;
}
