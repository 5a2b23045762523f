import { decodeCallMemory } from '@jambus/link';
import { createClosings } from '../../src/calls/closings.ts';
import { at, liveCall, MUTE, send } from './harness.ts';

test('an adapter whose link was down is told the calls that left since the last one it heard of, oldest first', () => {
  const closings = createClosings();
  const { call } = liveCall();
  for (const reason of ['ended', 'moved', 'lost'] as const) closings.add(call, reason);
  const told = (since: number) => closings.since(since).map(({ frame }) => [frame.closing, frame.reason]);
  expect(told(0)).toEqual([
    [1, 'ended'],
    [2, 'moved'],
    [3, 'lost'],
  ]);
  expect([told(2), told(3)]).toEqual([[[3, 'lost']], []]);
});

test('of a call that is over the verdicts are kept, of one that lives on everything', () => {
  const closings = createClosings();
  const { call } = liveCall();
  const [verdict] = send(call, MUTE, { id: 'x', position: at(5) });
  const memories = (['ended', 'moved'] as const).map((reason) => decodeCallMemory(closings.add(call, reason).memory));
  const decided = expect.arrayContaining([{ log: 'log/0', offset: 5, verdict }]);
  expect(memories).toMatchObject([
    { decided, ids: [], claimed: true },
    { decided, ids: expect.arrayContaining(['x']), claimed: true },
  ]);
});

test('the time in it is that of the end, so that every adapter refuses with the same bytes', () => {
  const { call } = liveCall();
  call.endedAt = 4711;
  expect(createClosings().add(call, 'ended').frame).toMatchObject({
    call: 'call-1',
    at: 4711,
    sequence: call.sequence,
  });
});

test('remembers ten thousand, and no more', () => {
  const closings = createClosings();
  const { call } = liveCall();
  for (let n = 0; n < 10_005; n++) closings.add(call, 'ended');
  const all = closings.since(0);
  expect([all.length, all[0]?.frame.closing]).toEqual([10_000, 6]);
});
