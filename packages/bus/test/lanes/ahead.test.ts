import { DEFAULT_LANES_SETTINGS, type PartitionLanes } from '../../src/index.ts';
import { heldHandler } from '../support/held-handler.ts';
import { watchedLanes } from '../support/lanes.ts';
import { recordOf } from '../support/records.ts';
import { type Sweeps, sweepsByHand } from '../support/sweeps.ts';

const NOT_YET = { kind: 'not-yet', maybeDecided: false } as const;

describe('a record whose place is kept', () => {
  const held = heldHandler;
  let lanes: PartitionLanes;
  let sweeps: Sweeps;
  beforeEach(() => {
    sweeps = sweepsByHand();
  });
  afterEach(async () => {
    await lanes.stop(0);
    sweeps.restore();
  });

  const push = (count: number, from = 0): void => {
    for (let n = from; n < from + count; n++) lanes.push(recordOf('a', n), n);
  };

  test('is followed by the next one, which is told what it is behind, whether that one has come or comes later', async () => {
    const { handler, started, turns } = held();
    ({ lanes } = watchedLanes(handler));
    push(2);
    expect(started).toEqual(['0/0']);
    turns.get('0/0')?.follow();
    expect(started).toEqual(['0/0', '0/1']);
    turns.get('0/1')?.follow();
    push(1, 2);
    expect(started).toEqual(['0/0', '0/1', '0/2']);
    expect([0, 1, 2].map((n) => turns.get(`0/${n}`)?.behind)).toEqual([undefined, '0/0', '0/1']);
  });

  test('is followed by so many at a time, and by the next one when one of them is dealt with', async () => {
    const { handler, started, turns, finish } = held();
    ({ lanes } = watchedLanes(handler));
    push(30);
    const followAll = () => {
      for (const position of [...started]) turns.get(position)?.follow();
    };
    for (let n = 0; n < 30; n++) followAll();
    expect(started).toHaveLength(17);
    await finish(0);
    followAll();
    expect(started).toHaveLength(18);
    expect(lanes.watermark).toBe(0);
  });

  test('keeps the watermark until it is dealt with itself, although those that followed are', async () => {
    const { handler, turns, finish } = held();
    ({ lanes } = watchedLanes(handler));
    push(2);
    turns.get('0/0')?.follow();
    await finish(1);
    expect(lanes.watermark).toBe(-1);
    await finish(0);
    expect([lanes.watermark, lanes.activeCalls]).toEqual([1, 0]);
  });

  test('one that followed and is back comes again in its turn, maybe decided, and is watched meanwhile', async () => {
    const { handler, started, overdue, turns, finish } = held();
    const expiresAt = ({ position }: { readonly position: string }) =>
      position === '0/2' ? 0 : Number.POSITIVE_INFINITY;
    ({ lanes } = watchedLanes(handler, { settings: { ...DEFAULT_LANES_SETTINGS, expiresAt } }));
    push(3);
    turns.get('0/0')?.follow();
    turns.get('0/1')?.follow();
    await finish(1, { ...NOT_YET, maybeDecided: true });
    await finish(2, NOT_YET);
    expect(started).toEqual(['0/0', '0/1', '0/2']);
    sweeps.sweep();
    expect(overdue).toEqual(['0/2']);
    await finish(0);
    expect(started).toEqual(['0/0', '0/1', '0/2', '0/2', '0/1']);
    expect(turns.get('0/1')?.behind).toBeUndefined();
    await finish(1);
    await finish(2);
    expect(lanes.watermark).toBe(2);
  });
});
