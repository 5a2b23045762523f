import { clearStage, openAnsweredCall, settle } from './harness.ts';

afterEach(clearStage);

/** What the server got as it stands on the wire. */
function rawFrames(socket: { on(event: 'message', listener: (data: Buffer, binary: boolean) => void): unknown }) {
  const frames: { text: string; binary: boolean }[] = [];
  socket.on('message', (data, binary) => frames.push({ text: String(data), binary }));
  return frames;
}

test('garbage, binary frames, oversized messages and a second session:new go out as asked', async () => {
  const { socket, call } = await openAnsweredCall();
  socket.socket.removeAllListeners('message');
  const frames = rawFrames(socket.socket);
  call.misbehave({ kind: 'garbage' });
  call.misbehave({ kind: 'binary' });
  call.misbehave({ kind: 'oversized', bytes: 100_000 });
  call.misbehave({ kind: 'second session' });
  call.sendRaw('as it is');
  await settle();
  expect(() => JSON.parse(frames[0]?.text ?? '')).toThrow();
  expect(frames[1]?.binary).toBe(true);
  expect(frames[2]?.text.length).toBeGreaterThan(100_000);
  expect(JSON.parse(frames[3]?.text ?? '')).toMatchObject({ type: 'session:new', call_sid: call.callSid });
  expect(frames[4]).toEqual({ text: 'as it is', binary: false });
});

test('a dropped call closes with the code it was told, and comes back like after any drop', async () => {
  const { socket, server, call } = await openAnsweredCall();
  call.drop(1000);
  expect(await socket.closed()).toBe(1000);
  const second = await server.socket(2);
  second.ack(await second.message('session:reconnect'));
  await settle();
  call.drop();
  expect(await second.closed()).toBe(1006);
  await (await server.socket(3)).message('session:reconnect');
});

test('while it does not read, commands wait in the socket', async () => {
  const { socket, call } = await openAnsweredCall();
  call.misbehave({ kind: 'stop reading' });
  socket.command('dtmf', { dtmf: { digit: '1' } });
  await settle();
  expect(call.counters.commandsReceived).toBe(0);
  call.misbehave({ kind: 'resume reading' });
  await call.waitFor('dtmf');
  expect(call.state.dtmfSent.total).toBe(1);
});

test('delays hold messages back in both directions, in order', async () => {
  const { socket, call } = await openAnsweredCall({ delaySendingMs: 30, delayReceivingMs: 120 });
  socket.command('redirect', [{ verb: 'tag', id: 'a', data: {} }]);
  await settle(5);
  expect(call.counters.commandsReceived).toBe(0);
  await socket.status('verb:status', { event: 'finished', id: 'a' });
  expect(socket.messages.slice(-3).map(({ data }) => data)).toMatchObject([
    { event: 'finished', id: 'wait' },
    { event: 'starting', id: 'a' },
    { event: 'finished', id: 'a' },
  ]);
});

test('a frame too large for a socket that jambonz is closing is told as a crash', async () => {
  const { socket, call } = await openAnsweredCall();
  // The server's frame is on its way when the caller hangs up.
  socket.socket.pause();
  call.hangup();
  socket.socket.send('x'.repeat(30_000));
  await settle();
  socket.socket.resume();
  expect(await call.ended).toMatchObject({ reason: 'completed', crashed: true });
  expect(call.counters.crashes).toBe(1);
});

test('everything that was said and heard can be looked up and waited for', async () => {
  const seen: string[] = [];
  const { socket, call, session } = await openAnsweredCall({
    onMessage: ({ direction, message }) => seen.push(`${direction} ${String(message?.['type'])}`),
  });
  expect((await call.waitFor('session:new')).message).toEqual(session);
  const command = { type: 'command', command: 'redirect', data: [{ verb: 'tag', data: {} }] };
  const heard = call.next(({ direction, message }) => direction === 'received' && message?.['command'] === 'redirect');
  socket.send(command);
  expect((await heard).raw.toString()).toBe(JSON.stringify(command));
  expect(call.received.map(({ message }) => message?.['type'])).toEqual(['ack', 'command']);
  expect(seen.slice(0, 3)).toEqual(['sent session:new', 'received ack', 'sent call:status']);
  await expect(call.next('never', 20)).rejects.toThrow(/"never" within 20 ms/);
});

test('the log keeps as much as it is told to', async () => {
  const { socket, call } = await openAnsweredCall({ logLimit: 2 });
  for (let digit = 1; digit <= 9; digit += 1) socket.command('dtmf', { dtmf: { digit } });
  await settle();
  expect(call.received.map(({ message }) => message?.['data'])).toEqual([
    { dtmf: { digit: 8 } },
    { dtmf: { digit: 9 } },
  ]);
  expect(call.state.dtmfSent.items).toHaveLength(2);
  expect(call.state.dtmfSent.total).toBe(9);
});
