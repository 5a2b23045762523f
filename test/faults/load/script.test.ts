import { type CallPlan, LOAD_MS, planCalls } from './call-plan.ts';
import { type Line, scriptOf } from './script.ts';

/** As many ids as a call remembered once: one more, and a replay had an effect. */
const REMEMBERED = 256;

const plans = planCalls('test', { share: 1 });
const linesOf = (kind: CallPlan['kind']): (readonly Line[])[] =>
  plans.filter((plan) => plan.kind === kind).map(scriptOf);

test('every call that is talked to all the time gets more commands than a gateway once remembered', () => {
  const counts = (['flood', 'burst', 'many', 'slow'] as const).flatMap((kind) =>
    linesOf(kind).map(({ length }) => length),
  );
  expect(Math.min(...counts)).toBeGreaterThan(REMEMBERED + 1);
});

test('some calls get thousands', () => {
  expect(linesOf('flood').map(({ length }) => length)).toEqual([2_000, 2_000]);
});

test('the lines of every script are in the order of time, and within that of the load', () => {
  for (const lines of plans.map(scriptOf)) {
    const times = lines.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(LOAD_MS);
  }
});

test('an id that comes again was there before, under the same call', () => {
  for (const lines of plans.map(scriptOf)) {
    for (const [n, { id }] of lines.entries()) {
      if (typeof id === 'object') expect(lines[n - id.again]?.id).toBe('own');
    }
  }
});

test('short and long lives, every condition and repeated ids are among the commands of one call', () => {
  const [lines = []] = linesOf('many');
  const count = (of: (line: Line) => boolean): number => lines.filter(of).length;
  expect(count(({ ttlMs }) => ttlMs === 1_000)).toBeGreaterThan(50);
  expect(count(({ ttlMs }) => ttlMs === 30_000)).toBeGreaterThan(50);
  expect(count(({ ifverbid }) => ifverbid !== undefined)).toBeGreaterThan(50);
  expect(count(({ ifsequence }) => ifsequence !== undefined)).toBeGreaterThan(20);
  expect(count(({ id }) => typeof id === 'object')).toBeGreaterThan(20);
  expect(count(({ id }) => id === undefined)).toBeGreaterThan(20);
});

test('a call that is away has commands waiting before the fault, and short ones behind them', () => {
  const [lines = []] = linesOf('away');
  const waiting = lines.filter(({ at }) => at >= 2_000 && at < 6_000);
  expect(waiting[0]?.ttlMs).toBe(30_000);
  expect(waiting.some(({ ttlMs }) => ttlMs === 1_000)).toBe(true);
});
