import { drainPace } from '../src/drain-pace.ts';

test('many calls are spread over a good half of the time', () => {
  const pace = drainPace(12_000, 20_000);
  expect(pace.perSecond).toBe(1_000);
  expect([0, 6_000, 12_000].map(pace.due)).toEqual([1, 6_001, 12_000]);
});

test('with twice the time they go half as fast', () => {
  expect(drainPace(12_000, 40_000).perSecond).toBe(500);
});

test('a few calls do not take all the time there is', () => {
  const pace = drainPace(10, 300_000);
  expect([pace.perSecond, pace.due(500)]).toEqual([20, 10]);
});

test('what a late timer has missed is made up for', () => {
  const pace = drainPace(1_000, 10_000);
  expect(pace.due(3_000)).toBe(501);
});

test('without time all of them go at once', () => {
  expect(drainPace(7, 0).due(0)).toBe(7);
});
