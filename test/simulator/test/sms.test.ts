import { clearStage, placeCall, settle } from './harness.ts';
import { startRawServer } from './raw-server.ts';

afterEach(clearStage);

async function placeSms(options = {}) {
  const server = await startRawServer();
  const call = placeCall(server, { kind: { kind: 'sms', text: 'hello' }, from: '+100', ...options });
  const socket = await server.socket();
  return { server, call, socket, session: await socket.message('session:new') };
}

test('a text message comes as session:new without a call', async () => {
  const { session } = await placeSms();
  expect(session).not.toHaveProperty('call_sid');
  expect(session).toMatchObject({ data: { text: 'hello', from: '+100', message_sid: expect.any(String) } });
  expect(session['data']).not.toHaveProperty('call_sid');
});

test('only verbs that need no call count, and their hooks are performed', async () => {
  const { call, socket, session } = await placeSms();
  socket.ack(session, [
    { verb: 'say', text: 'to nobody' },
    { verb: 'message', to: '+100', from: '+200', text: 'hi', actionHook: '/sent' },
  ]);
  const hook = await socket.message('verb:hook');
  expect(hook).toMatchObject({ hook: '/sent' });
  expect(hook).not.toHaveProperty('call_sid');
  expect(call.ignored).toEqual([expect.stringMatching(/say: needs a call/)]);
});

test('jambonz keeps the socket until the server closes it with 1000', async () => {
  const { call, socket, session } = await placeSms();
  socket.ack(session, []);
  await settle(60);
  expect(call.connected).toBe(true);
  socket.socket.close(1000);
  expect(await call.ended).toMatchObject({ reason: 'completed', detail: 'the message was taken' });
});

test('closed otherwise it comes back, like a call', async () => {
  const { server, socket, session } = await placeSms();
  socket.ack(session, []);
  await settle(20);
  socket.socket.close(1011);
  const second = await server.socket(2);
  expect((await second.message('session:reconnect'))['data']).toEqual(session['data']);
});

test('without an ack the message stays without consequences', async () => {
  const { call } = await placeSms({ ackTimeoutMs: 50 });
  await settle(100);
  expect(call.ignored).toEqual([expect.stringMatching(/without consequences/)]);
  call.hangup();
  expect((await call.ended).reason).toBe('completed');
});
