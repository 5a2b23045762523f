import { type Round, ratioOf } from './rounds.ts';

/** Rounds of these ratios, on a machine of any speed. */
const rounds = (ratios: readonly number[], referenceUs = 10): Round[] =>
  ratios.map((ratio) => ({ hotPathUs: ratio * referenceUs, referenceUs }));

describe('the ratio of hot path and reference loop', () => {
  test('is the same on a slow machine', () => {
    expect(ratioOf([rounds([2, 2, 2], 10)]).ratio).toBe(2);
    expect(ratioOf([rounds([2, 2, 2], 1_000)]).ratio).toBe(2);
  });

  test('is formed in each round, so a machine that grows slower changes nothing', () => {
    expect(ratioOf([[...rounds([2, 2], 10), ...rounds([2, 2], 100)]]).ratio).toBe(2);
  });

  test('passes over rounds in which the machine did something else', () => {
    expect(ratioOf([rounds([2, 90, 2, 2, 0.01])]).ratio).toBe(2);
  });

  test('passes over a process that is unlike the others, however many rounds it had', () => {
    expect(ratioOf([rounds([2]), rounds([9, 9, 9, 9, 9, 9]), rounds([2.1])]).ratio).toBeCloseTo(2.1);
  });

  test('comes with the quartiles of all rounds', () => {
    expect(ratioOf([rounds([1, 2]), rounds([3, 4])])).toMatchObject({ lower: 2, upper: 4 });
  });

  test.each<[string, Round[][]]>([
    ['no process', []],
    ['a process without rounds', [rounds([2]), []]],
    ['a round without CPU', [[{ hotPathUs: 20, referenceUs: 0 }]]],
    ['a hot path without CPU', [[{ hotPathUs: 0, referenceUs: 10 }]]],
  ])('is not to be had of %s', (_, processes) => {
    expect(() => ratioOf(processes)).toThrow();
  });
});
