import { trackFetches } from '../../../../src/drivers/kafka/group/fetches.ts';

test('with one broker, a meeting of the group leaves no fetch behind', () => {
  const fetches = trackFetches();
  fetches.started(1);
  fetches.met();
  expect(fetches.settled).toBe(true);
});

test('with several, each has to be asked again before an answer counts as one of now', () => {
  const fetches = trackFetches();
  fetches.started(1);
  fetches.started(2);
  fetches.met();
  expect(fetches.settled).toBe(false);
  fetches.started(1);
  expect(fetches.settled).toBe(false);
  fetches.started(2);
  expect(fetches.settled).toBe(true);
});
