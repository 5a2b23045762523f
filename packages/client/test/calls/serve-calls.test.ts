import type { Call, ServeOptions } from '../../src/calls/calls.ts';
import type { Claim, Claims } from '../../src/calls/claims.ts';
import type { Send } from '../../src/calls/running-call.ts';
import { type Service, serveCalls } from '../../src/calls/serve-calls.ts';
import { CALL } from '../contract/client-scene.ts';
import { type CallScene, callScene, endScenes, settle } from './call-scene.ts';

afterEach(endScenes);

const over = { call_sid: CALL, call_status: 'completed' };

/** Claims that are there, and the messages that were sent for them. */
function serving(
  scenes: readonly CallScene[],
  serve: (call: Call) => Promise<void>,
  options: Partial<ServeOptions> = {},
  send?: Send,
) {
  const waiting: Claim[] = scenes.map(({ claim }) => claim);
  const sent: unknown[] = [];
  let taken = 0;
  let wake = () => {};
  let ended = false;
  let closed = false;
  const setWake = (resolve: () => void): void => {
    wake = resolve;
  };
  const claims: Claims = {
    ready: async () => {},
    next: async () => {
      while (waiting.length === 0 && !ended) await new Promise<void>(setWake);
      if (!ended) taken++;
      return ended ? undefined : waiting.shift();
    },
    end: () => {
      ended = true;
      wake();
    },
    close: async () => {
      closed = true;
    },
  };
  const troubles: string[] = [];
  const delivered: Send = async (callSid, message, { id = '' }) => {
    sent.push(message);
    return { commandId: id, callSid, status: 'delivered', at: '' };
  };
  const service: Service = serveCalls(
    { claims, send: send ?? delivered, drainMs: 50, onTrouble: ({ message }) => troubles.push(message) },
    { durable: 'ivr', ...options },
    serve,
  );
  return { service, sent, troubles, taken: () => taken, closed: () => closed };
}

test('a call whose function has returned is hung up, and done', async () => {
  const scene = callScene();
  const { service, sent } = serving([scene], async (call) => void (await call.verbs([{ verb: 'pause', length: 1 }])));
  await settle();
  expect(sent.at(-1)).toEqual({ type: 'command', command: 'redirect', data: [{ verb: 'hangup' }] });
  expect(scene.outcomes).toEqual(['done']);
  service.end();
  await service.ended;
});

test('unless it is to be left as it is, or is over', async () => {
  const [left, ended] = [callScene(), callScene()];
  ended.tell('call:status', over);
  const first = serving([left], async () => {}, { whenDone: 'leave' });
  const second = serving([ended], async () => {});
  await settle();
  expect([first.sent, second.sent, left.outcomes, ended.outcomes]).toEqual([[], [], ['done'], ['done']]);
  for (const { service } of [first, second]) service.end();
});

test('a function that throws is told of, and the caller hears the apology', async () => {
  const scene = callScene();
  const errors: unknown[] = [];
  const { service, sent } = serving([scene], () => Promise.reject(new Error('no database')), {
    onError: (error, { callSid }) => errors.push([String(error), callSid]),
    apology: [{ verb: 'say', text: 'Sorry.' }],
  });
  await settle();
  expect(errors).toEqual([['Error: no database', CALL]]);
  expect(sent).toMatchObject([{ type: 'ack', data: [{}, { text: 'Sorry.' }, { verb: 'hangup' }] }]);
  expect(scene.outcomes).toEqual(['done']);
  service.end();
});

test('the end of a call is no error', async () => {
  const scene = callScene();
  const errors: unknown[] = [];
  const { service } = serving([scene], (call) => call.say('Hello'), { onError: (error) => errors.push(error) });
  await settle();
  scene.tell('call:status', over);
  await settle();
  expect([errors, scene.outcomes]).toEqual([[], ['done']]);
  service.end();
});

test('no more calls are taken than are to be served at a time', async () => {
  const scenes = [callScene(), callScene(), callScene()];
  const { service, taken } = serving(scenes, (call) => call.say('Hello'), { concurrency: 2 });
  await settle();
  expect(taken()).toBe(2);
  scenes[0]?.tell('call:status', over);
  await settle();
  expect(taken()).toBe(3);
  service.end();
});

test('calls that do not end in time are given back when it stops, and nothing is said to them', async () => {
  const [long, short] = [callScene(), callScene()];
  const { service, sent } = serving([long, short], (call) => call.say('Hello'));
  await settle();
  const before = sent.length;
  service.end();
  short.tell('call:status', over);
  await service.ended;
  expect([long.outcomes, short.outcomes, sent.length]).toEqual([['given back'], ['done'], before]);
});

test('a function that waits for something else does not keep its call from being handed over', async () => {
  const { service, closed } = serving([callScene()], () => new Promise(() => {}));
  await settle();
  service.end();
  await service.ended;
  expect(closed()).toBe(true);
});

test('a call that cannot be told that it is over is served once more', async () => {
  const scene = callScene();
  const { service, troubles } = serving(
    [scene],
    async () => {},
    {},
    () => Promise.reject(new Error('the bus is away')),
  );
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect([scene.outcomes, troubles]).toEqual([['given back'], ['the bus is away']]);
  service.end();
});
