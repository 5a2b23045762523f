import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JsonObject, type RunningScenario, SCENARIOS, type ScenarioOptions, startScenario } from '../index.ts';
import { clearStage, settle } from './harness.ts';
import { type RawServer, startRawServer } from './raw-server.ts';

const SPEED = 100;
const running = new Set<RunningScenario>();

afterEach(async () => {
  await Promise.all([...running].flatMap(({ call }) => (call ? [call.abort()] : [])));
  running.clear();
  await clearStage();
});

type Answers = (message: JsonObject) => unknown[] | undefined;

/** A server that answers whatever wants an answer: with these verbs, or with an empty ack. */
async function startAnswering(answers: Answers = () => undefined): Promise<RawServer> {
  const server = await startRawServer();
  const quiet = new Set(['call:status', 'verb:status', 'jambonz:error']);
  server.onSocket = (socket) =>
    socket.onMessage((message) => {
      if (quiet.has(String(message['type']))) return;
      const fallback =
        message['type'] === 'session:new' ? [{ verb: 'answer' }, { verb: 'pause', length: 5 }, HANGUP] : [];
      socket.ack(message, answers(message) ?? fallback);
    });
  return server;
}

const HANGUP = { verb: 'hangup' };

function play(name: string, server: RawServer, options: Partial<ScenarioOptions> = {}): RunningScenario {
  const scenario = startScenario(name, { url: server.url, speed: SPEED, patienceMs: 30_000, ...options });
  running.add(scenario);
  return scenario;
}

const WITH_CALLS = SCENARIOS.map(({ name }) => name).filter((name) => name !== 'options');

test.each(WITH_CALLS)('%s ends as it should with a server that answers everything', async (name) => {
  const server = await startAnswering((message) => {
    if (message['type'] === 'session:reconnect' && name === 'mute') return [{ verb: 'answer' }, HANGUP];
    return undefined;
  });
  const record = await play(name, server).done;
  // Nobody cures the mute call here.
  expect(record).toMatchObject({ scenario: name, ok: name !== 'mute' });
  expect(record.calls[0]?.sent.length).toBeGreaterThan(0);
});

test.each([
  ['outbound-confirm', ['1:session:new', '1:dial:confirm']],
  ['confirm-hangup', ['1:dial:confirm', '1:verb:hook']],
  ['dial-hold', ['1:verb:hook']],
  ['dial-transfer', ['1:verb:hook']],
  ['dial-amd', ['1:verb:hook']],
  ['adulting', ['1:session:new', '1:verb:hook']],
  ['redirect-socket', ['1:session:new', '2:session:redirect']],
  ['redirect-socket-cut', ['2:session:redirect', '1:session:reconnect']],
  ['status-socket', ['2:session:redirect', '3:call:status']],
  ['queue-wait', ['1:verb:hook']],
  ['conference-hold', ['1:verb:hook']],
  ['conference-wait', ['1:verb:hook']],
  ['verb-failure', ['1:jambonz:error', '1:verb:status']],
])('%s shows what it is about with verbs of its own', async (name, messages) => {
  const server = await startAnswering();
  const { calls, ok, detail } = await play(name, server, { ownVerbs: true }).done;
  expect([ok, detail]).toEqual([true, expect.anything()]);
  expect(calls[0]?.sent).toEqual(expect.arrayContaining(messages));
});

test('outbound-confirm plays what the server answers, to the callee who presses 1', async () => {
  const server = await startAnswering(({ type }) => {
    if (type === 'session:new') return [{ verb: 'dial', confirmHook: '/ok', target: [{ type: 'phone', number: '1' }] }];
    if (type === 'dial:confirm') return [{ verb: 'gather', actionHook: '/pressed', input: ['digits'] }];
    return undefined;
  });
  const { calls } = await play('outbound-confirm', server).done;
  const [socket] = server.sockets;
  expect(socket?.messages.find(({ hook }) => hook === '/pressed')).toMatchObject({ data: { digits: '1' } });
  expect(calls[0]).toMatchObject({ sideVerbs: ['gather'], outcome: { reason: 'completed' } });
});

test('adulting has two calls in its record', async () => {
  const { calls } = await play('adulting', await startAnswering(), { ownVerbs: true }).done;
  expect(calls).toHaveLength(2);
  expect(calls[1]).toMatchObject({ verbs: ['say', 'pause'], sent: expect.arrayContaining(['1:session:adulting']) });
});

test('a late redirect in place of an ack shows in the record of outbound-confirm', async () => {
  const server = await startRawServer();
  const scenario = play('outbound-confirm', server, { ownVerbs: true });
  const socket = await server.socket();
  socket.ack(await socket.message('session:new'), [HANGUP]);
  const confirm = await socket.message('dial:confirm');
  socket.command('redirect', [{ verb: 'say', text: 'for the callee?' }, HANGUP]);
  socket.ack(await socket.message('verb:hook'), []);
  socket.ack(confirm, [{ verb: 'say', text: 'too late' }]);
  const { calls } = await scenario.done;
  expect(calls[0]).toMatchObject({ verbs: ['dial', 'say', 'hangup'], sideVerbs: [] });
});

test('mute is cured by a server that closes it once more with 1012', async () => {
  const server = await startRawServer();
  const scenario = play('mute', server, { patienceMs: 500_000 });
  const first = await server.socket();
  first.ack(await first.message('session:new'), [{ verb: 'say', text: 'never looked at' }]);
  const second = await server.socket(2);
  second.ack(await second.message('session:reconnect'), [{ verb: 'answer' }, { verb: 'pause', length: 100 }, HANGUP]);
  await settle(20);
  second.socket.close(1012);
  const third = await server.socket(3);
  third.ack(await third.message('session:reconnect'), []);
  await third.status('call:status', { call_status: 'in-progress' });
  expect(await scenario.done).toMatchObject({ ok: true, calls: [{ verbs: ['answer', 'pause', 'hangup'] }] });
});

test('rejected closes with 1001 and never comes back', async () => {
  const server = await startAnswering();
  const { ok, calls } = await play('rejected', server).done;
  expect(ok).toBe(true);
  expect(calls[0]?.outcome).toMatchObject({ reason: 'rejected', sipStatus: 480 });
  expect(await server.sockets[0]?.closed()).toBe(1001);
  await settle(100);
  expect(server.upgrades).toBe(1);
});

test('an unknown scenario is refused with the names of all', () => {
  expect(() => startScenario('nonsense', { url: 'ws://127.0.0.1:1' })).toThrow(/inbound-ivr.*options/);
});

describe('options', () => {
  async function ask(respond: RequestListener) {
    const requests: IncomingMessage[] = [];
    const http = createServer((request, response) => {
      requests.push(request);
      respond(request, response);
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const url = `ws://user:secret@127.0.0.1:${(http.address() as AddressInfo).port}/app?x=1`;
    const record = await startScenario('options', { url, ackTimeoutMs: 500 }).done;
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    return { record, request: requests[0] };
  }

  test('it is an HTTP OPTIONS to the application, with its credentials and no upgrade', async () => {
    const { record, request } = await ask((_request, response) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"voice":{"type":"string"}}'),
    );
    expect(request).toMatchObject({ method: 'OPTIONS', url: '/app?x=1' });
    expect(request?.headers).toMatchObject({ accept: 'application/json', authorization: 'Basic dXNlcjpzZWNyZXQ=' });
    expect(request?.headers.upgrade).toBeUndefined();
    expect(record).toMatchObject({ ok: true, calls: [], answer: { envVars: { voice: { type: 'string' } } } });
  });

  test.each([
    ['an empty answer declares no variables', 204, '', true],
    ['an array is fine as well', 200, '[]', true],
    ['an error is none', 404, 'nothing here', false],
    ['text that is no JSON is none', 200, 'hello', false],
    ['a number is none', 200, '42', false],
  ])('%s', async (_what, status, body, ok) => {
    const { record } = await ask((_request, response) => response.writeHead(status).end(body));
    expect(record.ok).toBe(ok);
    expect(record.answer?.status).toBe(status);
  });

  test('a server that never answers is not waited for', async () => {
    expect((await ask(() => undefined)).record).toMatchObject({ ok: false, answer: { status: 0 } });
  });
});
