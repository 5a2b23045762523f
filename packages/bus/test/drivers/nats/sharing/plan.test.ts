import { memberKey, partitionKey, planOf } from '../../../../src/drivers/nats/sharing/plan.ts';

const keysOf = (ranks: Readonly<Record<string, number>>, partitions: readonly number[] = []): string[] => [
  ...Object.entries(ranks).map(([owner, rank]) => memberKey({ owner, rank })),
  ...partitions.map(partitionKey),
];

test('members of one rank share all partitions, and those that nobody has are free', () => {
  const keys = keysOf({ a: 0, b: 0, c: 0 }, [1, 4]);
  const shares = ['a', 'b', 'c'].map((owner) => planOf(keys, { owner, rank: 0 }, 8));
  expect(shares.map((plan) => plan?.share)).toEqual([3, 3, 2]);
  expect(shares[0]).toMatchObject({ outranked: false, free: [0, 2, 3, 5, 6, 7] });
});

test('only the members with the highest rank have partitions', () => {
  const keys = keysOf({ a: 2, b: 10, c: 10 });
  expect(planOf(keys, { owner: 'a', rank: 2 }, 8)).toMatchObject({ share: 0, outranked: true });
  expect(planOf(keys, { owner: 'b', rank: 10 }, 8)).toMatchObject({ share: 4, outranked: false });
});

test('a rank may be negative', () => {
  const keys = keysOf({ a: -1, b: -2 });
  expect(planOf(keys, { owner: 'a', rank: -1 }, 8)).toMatchObject({ share: 8, outranked: false });
  expect(planOf(keys, { owner: 'b', rank: -2 }, 8)).toMatchObject({ share: 0, outranked: true });
});

test('a member that is changing its rank counts once, with the higher one', () => {
  const keys = [...keysOf({ a: 1, b: 2 }), memberKey({ owner: 'b', rank: 1 })];
  expect(planOf(keys, { owner: 'a', rank: 1 }, 8)).toMatchObject({ share: 0, outranked: true });
});

test('a member knows its own rank better than its key, which may be a moment old', () => {
  const keys = keysOf({ a: 1, b: 1 });
  expect(planOf(keys, { owner: 'a', rank: 2 }, 8)).toMatchObject({ share: 8 });
  expect(planOf(keys, { owner: 'a', rank: 0 }, 8)).toMatchObject({ share: 0, outranked: true });
});

test('a member whose key has gone has no plan', () => {
  expect(planOf(keysOf({ b: 0 }), { owner: 'a', rank: 0 }, 8)).toBeUndefined();
});
