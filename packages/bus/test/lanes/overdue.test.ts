import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandRecord, DEFAULT_LANES_SETTINGS, type Outcome, type Turn } from '../../src/index.ts';
import { eventually, settled } from '../support/eventually.ts';
import { heldHandler } from '../support/held-handler.ts';
import { watchedLanes } from '../support/lanes.ts';
import { recordOf } from '../support/records.ts';
import { type Sweeps, sweepsByHand } from '../support/sweeps.ts';

const DONE: Outcome = { kind: 'done' };
const OVER = 0;

/** Settings with which the records at these offsets expire at these times; the others never do. */
function expiring(times: Readonly<Record<number, number>>, asked: string[] = []) {
  return {
    ...DEFAULT_LANES_SETTINGS,
    backoff: { firstMs: 2, maxMs: 4 },
    expiresAt({ position }: CommandRecord) {
      asked.push(position);
      return times[Number(position.slice(2))] ?? Number.POSITIVE_INFINITY;
    },
  };
}

test('a publisher is told that its command expired, behind one that waits for 30 s', async () => {
  const { handler, started, overdue } = heldHandler();
  const expiry = Date.now() + 300;
  const { lanes } = watchedLanes(handler, { settings: expiring({ 1: expiry }) });
  lanes.push(recordOf('a', 0), 0);
  lanes.push(recordOf('a', 1), 1);
  await sleep(200);
  expect(started).toEqual(['0/0']);
  await eventually(() => expect(overdue).toEqual(['0/1']));
  expect(Date.now() - expiry).toBeGreaterThanOrEqual(0);
  expect(Date.now() - expiry).toBeLessThan(10_000);
  await lanes.stop(0);
});

describe('a record whose life is over while it waits', () => {
  let sweeps: Sweeps;
  beforeEach(() => {
    sweeps = sweepsByHand();
  });
  afterEach(() => sweeps.restore());

  test('is handed over once, and its call goes on in order behind it', async () => {
    const { handler, started, overdue, finish } = heldHandler();
    const { lanes } = watchedLanes(handler, { settings: expiring({ 1: OVER, 3: OVER }) });
    for (const offset of [0, 1, 2, 3, 4]) lanes.push(recordOf('a', offset), offset);
    sweeps.sweep();
    sweeps.sweep();
    expect([started, overdue]).toEqual([
      ['0/0', '0/1', '0/3'],
      ['0/1', '0/3'],
    ]);
    await finish(1);
    await finish(3);
    expect(lanes.watermark).toBe(-1);
    await finish(0);
    expect([started.at(-1), lanes.watermark]).toEqual(['0/2', 1]);
    await finish(2);
    expect([started.at(-1), lanes.watermark]).toEqual(['0/4', 3]);
    await finish(4);
    expect([started.length, overdue.length, lanes.watermark, lanes.activeCalls]).toEqual([5, 2, 4, 0]);
    await lanes.stop(0);
  });

  test('holds up those behind it while its refusal is under way, as every record does', async () => {
    const { handler, started, finish } = heldHandler();
    const { lanes } = watchedLanes(handler, { settings: expiring({ 1: OVER }) });
    for (const offset of [0, 1, 2]) lanes.push(recordOf('a', offset), offset);
    sweeps.sweep();
    await finish(0);
    expect(started).toEqual(['0/0', '0/1']);
    await finish(1);
    expect(started).toEqual(['0/0', '0/1', '0/2']);
    await lanes.stop(0);
  });

  test('is told apart from one whose turn has come, although that has expired, too', async () => {
    const { handler, started, overdue, finish } = heldHandler();
    const { lanes } = watchedLanes(handler, { settings: expiring({ 0: OVER, 1: OVER }) });
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('a', 1), 1);
    await finish(0);
    sweeps.sweep();
    expect([started, overdue]).toEqual([['0/0', '0/1'], []]);
    await lanes.stop(0);
  });

  test('is tried again out of its turn, and still as one that is overdue', async () => {
    const seen: string[] = [];
    let failures = 2;
    const handler = async ({ position }: CommandRecord, _: AbortSignal, { overdue }: Turn): Promise<Outcome> => {
      seen.push(`${position} ${overdue}`);
      if (position === '0/0') return new Promise(() => {});
      return failures-- > 0 ? { kind: 'retry', afterMs: 1, reason: 'away' } : DONE;
    };
    const { lanes } = watchedLanes(handler, { settings: expiring({ 1: OVER }) });
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('a', 1), 1);
    sweeps.sweep();
    await eventually(() => expect(lanes.unfinished).toBe(1));
    expect(seen).toEqual(['0/0 false', '0/1 true', '0/1 true', '0/1 true']);
    await lanes.stop(0);
  });

  test('becomes a dead letter like any other, and the watermark waits for those in front of it', async () => {
    const { handler, started, finish } = heldHandler();
    const { lanes, letters } = watchedLanes(handler, { settings: expiring({ 1: OVER }) });
    for (const offset of [0, 1, 2]) lanes.push(recordOf('a', offset), offset);
    sweeps.sweep();
    await finish(1, { kind: 'dead-letter', reason: 'invalid', detail: 'not JSON' });
    expect(letters.map(({ attributes }) => attributes['dlorigin'])).toEqual(['jambonz.commands/0/1']);
    expect([started, lanes.watermark]).toEqual([['0/0', '0/1'], -1]);
    await finish(0);
    expect([started.at(-1), lanes.watermark]).toEqual(['0/2', 1]);
    await lanes.stop(0);
  });

  test('is left to the next reader when the partition goes', async () => {
    const { handler, started } = heldHandler();
    const { lanes } = watchedLanes(handler, { settings: expiring({ 1: OVER }) });
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('a', 1), 1);
    await lanes.stop(0);
    sweeps.sweep();
    await settled();
    expect([started, sweeps.running]).toEqual([['0/0'], 0]);
  });

  test('costs the records that do not wait nothing: nobody asks when they expire', async () => {
    const asked: string[] = [];
    const { lanes } = watchedLanes(async () => DONE, { settings: expiring({}, asked) });
    for (let offset = 0; offset < 10; offset++) lanes.push(recordOf('a', offset), offset);
    await eventually(() => expect(lanes.unfinished).toBe(0));
    sweeps.sweep();
    expect([asked, sweeps.running]).toEqual([[], 0]);
    await lanes.stop(0);
  });
});
