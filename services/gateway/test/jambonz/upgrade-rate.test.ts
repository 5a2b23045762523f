import { createUpgradeRate } from '../../src/jambonz/upgrade-rate.ts';

function rateOf(perSecond: number) {
  const clock = { ms: 0 };
  const rate = createUpgradeRate({ perSecond, now: () => clock.ms });
  const takeAll = (address: string): number => {
    let taken = 0;
    while (taken < 100_000 && rate.take(address)) taken++;
    return taken;
  };
  return { clock, rate, takeAll };
}

test('an address has what comes in within ten seconds at once, then so many a second; another one has its own', () => {
  const { clock, takeAll } = rateOf(5);
  expect(takeAll('one')).toBe(50);
  clock.ms += 1_000;
  expect(takeAll('one')).toBe(5);
  expect(takeAll('other')).toBe(50);
  clock.ms += 3_600_000;
  expect(takeAll('one')).toBe(50);
});

test('with 0 there is no limit', () => {
  const { rate } = rateOf(0);
  for (let n = 0; n < 10_000; n++) expect(rate.take('one')).toBe(true);
});

test('10,000 addresses are remembered, those that came last', () => {
  const { rate, takeAll } = rateOf(1);
  takeAll('first');
  takeAll('second');
  for (let n = 0; n < 9_999; n++) rate.take(`other-${n}`);
  expect([rate.take('second'), takeAll('first')]).toEqual([false, 10]);
});
