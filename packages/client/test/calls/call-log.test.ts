import { createCallLog } from '../../src/calls/call-log.ts';
import { CallEnded, CallHandedOver } from '../../src/calls/errors.ts';
import { CALL, OTHER_CALL } from '../contract/client-scene.ts';
import { event, type Told } from './call-scene.ts';

const STATUS: Told = { type: 'verb:status', data: { event: 'starting' } };

function open(firstSequence = 1) {
  const forgotten: string[] = [];
  const log = createCallLog(event(firstSequence, STATUS), () => forgotten.push('forgotten'));
  const sequences = () =>
    Array.from({ length: log.end }, (_, position) => log.at(position)?.sequence).filter((each) => each !== undefined);
  return { log, sequences, forgotten };
}

test('events are in order and each once, whatever order they come in', () => {
  const { log, sequences } = open(3);
  for (const sequence of [3, 2, 6, 4, 5, 4, 6]) log.take(event(sequence, STATUS));
  expect(sequences()).toEqual([3, 4, 5, 6]);
  expect(log.hasGap).toBe(false);
});

test('what comes behind a gap waits until the gap is filled or closed', () => {
  const { log, sequences } = open();
  for (const sequence of [3, 6, 5]) log.take(event(sequence, STATUS));
  expect([log.hasGap, sequences()]).toEqual([true, [1]]);
  log.take(event(2, STATUS));
  expect([log.hasGap, sequences()]).toEqual([true, [1, 2, 3]]);
  log.closeGap();
  expect([log.hasGap, sequences()]).toEqual([false, [1, 2, 3, 5, 6]]);
});

test.each<[string, Told, string]>([
  ['its own last status', { type: 'call:status', data: { call_sid: CALL, call_status: 'completed' } }, 'completed'],
  ['jambus, which has lost it', { type: 'jambus:lost', data: { since: 'x' } }, 'websocket is gone'],
  [
    'a last status that was too large',
    { type: 'jambus:omitted', data: { type: 'call:status', bytes: 1, ended: true } },
    'ended',
  ],
])('a call ends by %s', (_, told, how) => {
  const { log } = open();
  log.take(event(2, told));
  expect(log.ended.reason).toBeInstanceOf(CallEnded);
  expect(log.ended.reason.message).toContain(how);
});

test.each<[string, Told]>([
  ['another leg', { type: 'call:status', data: { call_sid: OTHER_CALL, call_status: 'completed' } }],
  ['a status that is not the last', { type: 'call:status', data: { call_sid: CALL, call_status: 'in-progress' } }],
])('a call goes on after %s', (_, told) => {
  const { log } = open();
  log.take(event(2, told));
  expect(log.ended.aborted).toBe(false);
});

test('who waits is woken by an event at the position, by the end, and by its own signal', async () => {
  const { log } = open();
  const woken: string[] = [];
  const stop = new AbortController();
  const first = log.wait(1, undefined).then(() => woken.push('first'));
  const second = log.wait(2, undefined).then(() => woken.push('second'));
  const stopped = log.wait(9, stop.signal).then(() => woken.push('stopped'));
  log.take(event(2, STATUS));
  await first;
  stop.abort();
  await stopped;
  expect(woken).toEqual(['first', 'stopped']);
  log.abandon();
  await second;
  expect(log.ended.reason).toBeInstanceOf(CallHandedOver);
});

test('only what somebody still reads is kept, and of that at most 10,000', () => {
  const { log, forgotten } = open();
  const reader = log.reader(1);
  for (let sequence = 2; sequence <= 5_000; sequence++) log.take(event(sequence, STATUS));
  expect(log.at(1)?.sequence).toBe(2);
  reader.position = 4_000;
  for (let sequence = 5_001; sequence <= 5_200; sequence++) log.take(event(sequence, STATUS));
  expect([log.at(3_900), log.at(4_000)?.sequence, log.end]).toEqual([undefined, 4_001, 5_200]);
  for (let sequence = 5_201; sequence <= 15_000; sequence++) log.take(event(sequence, STATUS));
  expect(forgotten).toEqual(['forgotten']);
  expect([log.at(4_000), log.at(5_100)?.sequence]).toEqual([undefined, 5_101]);
});
