import { createMemoryBroker, type MemoryBroker, type PartitionLease } from '../../../src/index.ts';

/** A member that keeps its leases until told otherwise; `obliging` ones release what is revoked at once. */
function memberOf(broker: MemoryBroker, { obliging = true } = {}) {
  const leases = new Set<PartitionLease>();
  const revoked: PartitionLease[] = [];
  const release = (lease: PartitionLease) => {
    leases.delete(lease);
    lease.release();
  };
  const membership = broker.join({
    onGranted: (lease) => leases.add(lease),
    onRevoked: (lease) => (obliging ? release(lease) : revoked.push(lease)),
  });
  const partitions = () => [...leases].map(({ partition }) => partition).sort();
  return { leases, revoked, release, membership, partitions };
}

test('partitions are shared evenly, each by one member, and move no more than they must', () => {
  const broker = createMemoryBroker({ partitions: 8 });
  const first = memberOf(broker);
  expect(first.partitions()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  const second = memberOf(broker);
  const kept = first.partitions();
  expect(kept).toHaveLength(4);
  const third = memberOf(broker);
  expect([first, second, third].map(({ leases }) => leases.size).sort()).toEqual([2, 3, 3]);
  expect(kept).toEqual(expect.arrayContaining(first.partitions()));
  const all = [first, second, third].flatMap((member) => member.partitions());
  expect(all.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a partition is granted anew only when its holder has released it', () => {
  const broker = createMemoryBroker({ partitions: 2 });
  const first = memberOf(broker, { obliging: false });
  const second = memberOf(broker);
  expect(first.revoked).toHaveLength(1);
  expect(second.leases.size).toBe(0);
  for (const lease of first.revoked) first.release(lease);
  expect(second.leases.size).toBe(1);
});

test('a partition is asked back only once, however many join before it is released', () => {
  const broker = createMemoryBroker({ partitions: 4 });
  const first = memberOf(broker, { obliging: false });
  memberOf(broker);
  memberOf(broker);
  expect(new Set(first.revoked).size).toBe(2);
  expect(first.revoked).toHaveLength(2);
});

test('who leaves gets nothing more, and what it releases goes to the others', () => {
  const broker = createMemoryBroker({ partitions: 4 });
  const first = memberOf(broker);
  const second = memberOf(broker);
  first.membership.leave();
  expect(first.leases.size).toBe(2);
  for (const lease of [...first.leases]) first.release(lease);
  expect(first.leases.size).toBe(0);
  expect(second.partitions()).toEqual([0, 1, 2, 3]);
});

test('more members than partitions leave some with nothing until one goes', () => {
  const broker = createMemoryBroker({ partitions: 1 });
  const first = memberOf(broker);
  const second = memberOf(broker);
  expect([first.leases.size, second.leases.size]).toEqual([1, 0]);
  first.membership.leave();
  for (const lease of [...first.leases]) first.release(lease);
  expect(second.leases.size).toBe(1);
});

test('a lease that is over reads nothing and commits nothing', async () => {
  const broker = createMemoryBroker({ partitions: 1 });
  const first = memberOf(broker);
  const [lease] = first.leases;
  broker.publishCommand({ callSid: 'a', attributes: {}, payload: new Uint8Array() });
  expect(lease?.read(0)?.position).toMatch(/\/0\/0$/);
  lease?.release();
  lease?.commit(1);
  expect(lease?.read(0)).toBeUndefined();
  expect(await lease?.whenWritten()).toBe(false);
  expect(broker.backlog()).toBe(1);
});
