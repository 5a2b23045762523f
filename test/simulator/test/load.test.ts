import { parseScript, startCalls } from '../index.ts';
import { clearStage, SPEED, settle } from './harness.ts';
import { type RawServer, startRawServer } from './raw-server.ts';

afterEach(clearStage);

/** Answers the n-th call's session:new with what `verbsOf` says. */
function answerCalls(server: RawServer, calls: number, verbsOf: (index: number) => unknown): Promise<unknown> {
  const answers = Array.from({ length: calls }, async (_, index) => {
    const socket = await server.socket(index + 1);
    socket.ack(await socket.message('session:new'), verbsOf(index));
    return socket;
  });
  return Promise.all(answers);
}

test('a load adds up how its calls went', async () => {
  const server = await startRawServer();
  const load = startCalls({ url: server.url, calls: 6, rate: 500, speed: SPEED });
  await answerCalls(server, 6, (index) =>
    index < 2 ? [{ verb: 'sing' }] : [{ verb: 'config', notifyEvents: true }, { verb: 'answer' }, { verb: 'hangup' }],
  );
  const report = await load.done;
  expect(report).toMatchObject({ wanted: 6, placed: 6, active: 0, completed: 4, rejected: 2, failed: 0, lost: 0 });
  expect(report.counters).toMatchObject({ callsSetUp: 4, verbStatusesSent: 20, callStatusesSent: 12 });
  expect([...report.reasons]).toEqual([['rejected: invalid instruction: sing', 2]]);
  expect(report.setup?.max).toBeGreaterThan(0);
  expect(load.calls.size).toBe(0);
});

test('calls begin at the rate that was asked for', async () => {
  const server = await startRawServer();
  const stop = new AbortController();
  const load = startCalls({ url: server.url, calls: 1000, rate: 20, ackTimeoutMs: 200, signal: stop.signal });
  await settle(120);
  // One at once, then one every 50 ms of the time that has really passed.
  const { placed, durationMs } = load.report();
  expect(placed).toBeGreaterThanOrEqual(2);
  expect(placed).toBeLessThanOrEqual(1 + durationMs / 50);
  await answerCalls(server, load.report().placed, () => [{ verb: 'answer' }, { verb: 'pause', length: 1000 }]);
  await settle();
  stop.abort();
  const report = await load.done;
  expect(report.placed).toBeLessThan(1000);
  expect(report.active).toBe(0);
});

test('commands out of order, repeated or missing are found by their numbers', async () => {
  const server = await startRawServer();
  const script = parseScript({ caller: [{ after: 10_000, hangup: true }] });
  const load = startCalls({ url: server.url, calls: 1, rate: 10, speed: SPEED, script });
  const socket = await server.socket();
  socket.ack(await socket.message('session:new'), [{ verb: 'answer' }]);
  await socket.message('call:status');
  for (const number of [5, 6, 6, 9, 7]) socket.command('redirect', [{ verb: 'tag', id: `t#${number}`, data: {} }]);
  socket.command('redirect', [{ tag: { id: 't#10', data: {} } }], { queueCommand: true });
  socket.command('dtmf', { dtmf: { digit: '1' }, order: 12 });
  socket.command('dtmf', { dtmf: { digit: '1' } });
  const report = await load.done;
  expect(report.order).toEqual({ outOfOrder: 1, repeated: 1, missing: 3 });
  expect(report.counters.commandsReceived).toBe(8);
});
