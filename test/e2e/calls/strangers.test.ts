import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { askOptions } from '../../simulator/index.ts';
import { redirect, type StandaloneHarness, startStandalone } from '../standalone-harness.ts';
import { answer, completed, play } from './played-call.ts';

const VARIABLES = [{ name: 'GREETING', type: 'string', description: 'what is said first' }];

let jambus: StandaloneHarness;
beforeAll(async () => {
  jambus = await startStandalone({ JAMBUS_ENV_VARS: JSON.stringify(VARIABLES) });
});
afterAll(() => jambus.stop());

describe('a stranger who knows the call_sid of a live call', () => {
  /** Opens a websocket from another address. */
  const stranger = async (message: object): Promise<number> => {
    const socket = new WebSocket(jambus.websocketUrl, 'ws.jambonz.org', { localAddress: '127.0.0.2' });
    await once(socket, 'open');
    socket.send(JSON.stringify(message));
    const [code] = await once(socket, 'close');
    return code;
  };

  test.each([
    ['session:new', {}],
    ['session:reconnect', {}],
    ['session:redirect', {}],
    ['call:status', { call_status: 'completed' }],
  ])('can neither end it nor take it with %s', async (type, data) => {
    const call = await jambus.liveCall();
    const { callSid } = call;
    const message = { type, msgid: 'm', call_sid: callSid, data: { ...data, call_sid: callSid } };
    expect(await stranger(message)).toBe(1008);
    expect((await jambus.post(callSid, redirect([{ verb: 'pause', id: 'mine', length: 1 }]))).result.status).toBe(
      'delivered',
    );
    await call.waitFor('redirect');
    expect([call.connected, call.reconnects]).toEqual([true, 0]);
    const line = { callSid, address: '127.0.0.2', msg: expect.stringMatching(/^a peer claims/) };
    expect(jambus.log).toContainEqual(expect.objectContaining(line));
  });
});

test('a type of 5,000 characters is thrown away with a line in the log, and the events behind it are published', async () => {
  const call = await jambus.liveCall();
  for (const type of ['x'.repeat(5_000), '.'.repeat(3_000)]) {
    call.sendRaw(JSON.stringify({ type, msgid: 'm', call_sid: call.callSid, data: {} }));
  }
  await jambus.post(call.callSid, redirect([{ verb: 'pause', id: 'behind', length: 1 }]));
  await jambus.find('events', call.callSid, ({ json }) => json.data.id === 'behind');
  expect(jambus.log.filter((line) => line['kind'] === 'bad_type')).toHaveLength(2);
  call.hangup();
  await jambus.find('events', call.callSid, ({ json }) => completed(json));
});

test('a text message is published under its own id, and answered by the bus', async () => {
  const { call, done } = play(jambus, 'sms', { speed: 2 });
  await call.waitFor('session:new');
  const { message_sid } = JSON.parse(String(call.sent[0]?.raw)).data as { message_sid: string };
  const reply = [{ verb: 'message', to: '+15550100', from: '+15550101', text: 'thank you' }];
  const { result } = await answer(jambus, message_sid, ({ type }) => type === 'session:new', reply);
  expect(result.status).toBe('delivered');
  expect(await done).toMatchObject({ ok: true });
  expect(call.ignored).toEqual([]);
});

test('the portal is told the variables that stand in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jambus-env-vars-'));
  const file = join(folder, 'variables.json');
  await writeFile(file, JSON.stringify(VARIABLES));
  const other = await startStandalone({ JAMBUS_ENV_VARS: file });
  try {
    expect(await askOptions(other.websocketUrl)).toMatchObject({ status: 200, envVars: VARIABLES, fault: undefined });
  } finally {
    await other.stop();
    await rm(folder, { recursive: true });
  }
});

test('the portal is told the variables that the application declares', async () => {
  expect(await askOptions(jambus.websocketUrl)).toMatchObject({
    status: 200,
    contentType: 'application/json',
    envVars: VARIABLES,
    fault: undefined,
  });
});
