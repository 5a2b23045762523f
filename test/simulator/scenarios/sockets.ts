import { callScenario } from './call-scenario.ts';

const ANSWER = { verb: 'answer' };

export const redirectSocket = callScenario({
  name: 'redirect-socket',
  summary: 'a redirect verb with an absolute URL: a second socket (session:redirect), the first one keeps call:status',
  verbs: ({ url }) => [ANSWER, { verb: 'redirect', actionHook: url }],
});

export const statusSocket = callScenario({
  name: 'status-socket',
  summary: 'a redirect verb with an absolute statusHook as well: a third socket, for call:status alone',
  verbs: ({ url }) => [ANSWER, { verb: 'redirect', actionHook: url, statusHook: url }],
});

export const statusSocketCut = callScenario({
  name: 'redirect-socket-cut',
  summary:
    'a redirect verb with an absolute URL, whose old socket drops: it is dialled again when there is a status to send',
  verbs: ({ url }) => [ANSWER, { verb: 'redirect', actionHook: url }],
  act: async (call) => {
    await call.waitFor('session:redirect');
    call.dropSocket(1, 1001);
  },
});
