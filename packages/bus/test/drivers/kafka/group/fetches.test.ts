import { trackFetches } from '../../../../src/drivers/kafka/group/fetches.ts';

test('records that were asked for before the group met are told from others, however late they come', () => {
  const fetches = trackFetches();
  const [before, early, late, now] = [{}, {}, {}, {}];
  fetches.asked().brought(before);
  expect(fetches.areOfNow(before)).toBe(true);
  const [first, second] = [fetches.asked(), fetches.asked()];
  first.brought(early);
  fetches.met();
  // The same broker is asked again, and answers sooner.
  const third = fetches.asked();
  third.brought(now);
  second.brought(late);
  expect([before, early, late, now].map(fetches.areOfNow)).toEqual([false, false, false, true]);
  expect([first, second, third].map(({ isOfNow }) => isOfNow)).toEqual([false, false, true]);
});

test('records of which nobody knows when they were asked for are none of now', () => {
  expect(trackFetches().areOfNow({})).toBe(false);
});
