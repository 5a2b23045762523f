import { emptyMemory } from '@jambus/link';
import { callHarness, drop, hear, jambonz, known, ORIGIN, reconnect, resumedCall, resumedWith } from './harness.ts';

const ANSWERED = { command: 'call:status', data: { call_status: 'completed' } };
const NOT_ANSWERED = { command: 'call:status', data: { call_status: 'no-answer' } };

const IN_PROGRESS = { call_sid: 'call-1', call_status: 'in-progress' };

test('an unclaimed call that arrived answered is completed: jambonz would ignore no-answer', () => {
  const harness = callHarness();
  harness.call.attach(harness.socket, 'control', ...jambonz('session:new', IN_PROGRESS), ORIGIN);
  harness.queues.applicationDeadlines.expireAll();
  harness.queues.claimDeadlines.expireAll();
  expect(harness.socket.sent.at(-1)).toMatchObject(ANSWERED);
});

test('a leg that has become a call of its own runs its own application, and is never unclaimed', () => {
  const harness = callHarness();
  harness.call.attach(harness.socket, 'control', ...jambonz('session:adulting', IN_PROGRESS), ORIGIN);
  harness.queues.claimDeadlines.expireAll();
  expect([harness.unclaimed, harness.socket.sent.map(({ type }) => type)]).toEqual([[], ['ack']]);
});

test('an unclaimed call that arrived ringing is declined', () => {
  const harness = callHarness();
  harness.call.attach(harness.socket, 'control', ...jambonz('session:new', { call_status: 'trying' }), ORIGIN);
  harness.queues.applicationDeadlines.expireAll();
  harness.queues.claimDeadlines.expireAll();
  expect(harness.socket.sent.at(-1)).toMatchObject(NOT_ANSWERED);
});

test('a call that comes from another gateway is unclaimed after its time, when nobody has ever sent it anything', () => {
  const harness = resumedCall();
  harness.queues.claimDeadlines.expireAll();
  expect(harness.unclaimed).toEqual([]);
  for (const adapter of ['one', 'two']) {
    harness.call.past?.hear(
      adapter,
      known({ epoch: 1, sequence: 3, certain: true, memory: { ...emptyMemory(), live: true } }),
    );
  }
  hear(harness, 'call:status', { call_status: 'in-progress' });
  harness.queues.claimDeadlines.expireAll();
  expect(harness.events.at(-1)).toMatchObject({ type: 'jambus:unclaimed', sequence: 6 });
  expect(harness.socket.sent.at(-1)).toMatchObject(ANSWERED);
  expect(harness.unclaimed).toHaveLength(1);
});

test('a call that was claimed at its former gateway is not unclaimed at the next one', () => {
  const { queues, unclaimed } = resumedWith({
    decided: [],
    ids: [],
    runs: [],
    claimed: true,
    live: true,
    hooks: [],
    questions: [],
  });
  queues.claimDeadlines.expireAll();
  expect(unclaimed).toEqual([]);
});

test('an unclaimed call that is away has nothing to hang up, and is hung up when it is back', () => {
  const harness = callHarness();
  harness.call.attach(harness.socket, 'control', ...jambonz('session:new'), ORIGIN);
  harness.queues.applicationDeadlines.expireAll();
  harness.queues.lifeDeadlines.expireAll();
  drop(harness, harness.socket);
  harness.queues.claimDeadlines.expireAll();
  const next = reconnect(harness);
  harness.queues.claimDeadlines.expireAll();
  expect(next.sent.at(-1)).toMatchObject(NOT_ANSWERED);
});
