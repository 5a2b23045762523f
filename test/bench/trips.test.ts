import { startTrips, type TripsOptions } from './trips.ts';

interface Published {
  readonly callSid: string;
  readonly id: string;
}

function start(options: Pick<TripsOptions, 'pace' | 'until'>) {
  const published: Published[] = [];
  const trips = startTrips({
    calls: ['one', 'two'],
    command: (id) => id,
    publish: (callSid, payload) => published.push({ callSid, id: payload.toString() }),
    ...options,
  });
  return { trips, published };
}

test('so many commands are under way at a time, over all calls in turn', async () => {
  const { trips, published } = start({ pace: { underWay: 3 }, until: { count: 5 } });
  expect(published.map(({ callSid }) => callSid)).toEqual(['one', 'two', 'one']);
  // One more for each that is back, as long as there are more.
  for (let n = 0; n < 5; n++) {
    trips.back(published[n]?.id ?? '');
    expect(published).toHaveLength(Math.min(5, 4 + n));
  }
  expect((await trips.done).count).toBe(5);
});

test('a command that comes back twice, or belongs to other trips, counts once', async () => {
  const others = start({ pace: { underWay: 1 }, until: { count: 1 } });
  const { trips, published } = start({ pace: { underWay: 2 }, until: { count: 2 } });
  const [first, second] = published;
  trips.back(first?.id ?? '');
  trips.back(first?.id ?? '');
  trips.back(others.published[0]?.id ?? '');
  trips.back(second?.id ?? '');
  others.trips.back(others.published[0]?.id ?? '');
  expect((await trips.done).count).toBe(2);
  expect((await others.trips.done).count).toBe(1);
});

test('at a pace, commands are published whatever has come back, and all are waited for', async () => {
  const { trips, published } = start({ pace: { perSecond: 10_000 }, until: { count: 50 } });
  while (published.length < 50) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const { id } of published) trips.back(id);
  const { count, p50Ms, p999Ms } = await trips.done;
  expect(count).toBe(50);
  expect(p999Ms).toBeGreaterThanOrEqual(p50Ms);
});

test('after its time no more are published', async () => {
  const { trips, published } = start({ pace: { underWay: 1 }, until: { afterMs: 20 } });
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(published).toHaveLength(1);
  trips.back(published[0]?.id ?? '');
  expect((await trips.done).count).toBe(1);
  expect(published).toHaveLength(1);
});
