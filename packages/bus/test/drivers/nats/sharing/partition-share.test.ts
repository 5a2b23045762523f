import { setTimeout as sleep } from 'node:timers/promises';
import { type PartitionLease, sharePartitions } from '../../../../src/drivers/nats/sharing/index.ts';
import type { PartitionShareOptions } from '../../../../src/drivers/nats/sharing/partition-share.ts';
import { createStanding, EQUAL_STANDING } from '../../../../src/port/index.ts';
import { whenAborted } from '../../../../src/waiting/when-aborted.ts';
import { eventually } from '../../../support/eventually.ts';
import { type LeaseServer, leaseServer } from '../../../support/lease-server.ts';

/** So long that nothing below can come of an expiry or of a round that is due. */
const LEASE_MS = 3_600_000;
const PARTITIONS = 8;

/** Members on one server, which tell each other what they do. */
function members(server: LeaseServer) {
  const told = new Set<(owner: string) => void>();
  const ending: (() => Promise<void>)[] = [];
  const join = (owner: string, options: Partial<PartitionShareOptions> = {}) => {
    const working = new Map<number, PartitionLease>();
    const stop = new AbortController();
    const work = (lease: PartitionLease) =>
      new Promise<void>((resolve) => {
        working.set(lease.partition, lease);
        const end = () => {
          working.delete(lease.partition);
          resolve();
        };
        lease.revoked.addEventListener('abort', end);
        lease.lost.addEventListener('abort', end);
      });
    const link = {
      connected: () => true,
      listen: () => () => {},
      subscribe: (_subject: string, onMessage: (message: { string(): string }) => void) => {
        const listener = (from: string) => onMessage({ string: () => from });
        told.add(listener);
        return { unsubscribe: () => told.delete(listener), drain: () => {} };
      },
      nc: {
        publish: (_subject: string, from: string) => {
          for (const listener of told) setImmediate(listener, from);
        },
      },
    };
    const running = sharePartitions(
      {
        link: link as unknown as PartitionShareOptions['link'],
        leases: server.leasesOf(owner),
        partitions: PARTITIONS,
        owner,
        standing: EQUAL_STANDING,
        changes: 'changes',
        work,
        onBucketTrouble: () => {},
        onTrouble: () => {},
        ...options,
      },
      stop.signal,
    );
    const end = () => {
      stop.abort();
      return running;
    };
    ending.push(end);
    return { working, end };
  };
  return { join, end: () => Promise.all(ending.map((end) => end())) };
}

let server: LeaseServer;
let group: ReturnType<typeof members>;

beforeEach(() => {
  server = leaseServer(LEASE_MS);
  group = members(server);
});

afterEach(async () => {
  await group.end();
  expect(server.holders.size).toBe(0);
});

test('a member that comes gets its share at once, and one that goes leaves it at once, however long the lease', async () => {
  const a = group.join('a');
  await eventually(() => expect(a.working.size).toBe(8));
  const b = group.join('b');
  await eventually(() => expect([a.working.size, b.working.size]).toEqual([4, 4]));
  await a.end();
  await eventually(() => expect(b.working.size).toBe(8));
});

test('a member of a lower rank takes nothing', async () => {
  const a = group.join('a', { standing: createStanding(1) });
  await eventually(() => expect(a.working.size).toBe(8));
  const b = group.join('b');
  await sleep(700);
  expect([a.working.size, b.working.size]).toEqual([8, 0]);
});

test('a member that is outranked gives everything up, and takes its share when it has caught up', async () => {
  const standing = { a: createStanding(0), b: createStanding(0) };
  const a = group.join('a', { standing: standing.a });
  const b = group.join('b', { standing: standing.b });
  await eventually(() => expect([a.working.size, b.working.size]).toEqual([4, 4]));
  standing.b.change(1);
  await eventually(() => expect([a.working.size, b.working.size]).toEqual([0, 8]));
  standing.a.change(1);
  await eventually(() => expect([a.working.size, b.working.size]).toEqual([4, 4]));
});

test('when the best member goes, those behind it take over', async () => {
  const a = group.join('a', { standing: createStanding(1) });
  await eventually(() => expect(a.working.size).toBe(8));
  const b = group.join('b');
  await a.end();
  await eventually(() => expect(b.working.size).toBe(8));
});

test('ranks that change one a moment after the other move no partition', async () => {
  const standing = { a: createStanding(2), b: createStanding(2) };
  const a = group.join('a', { standing: standing.a });
  const b = group.join('b', { standing: standing.b });
  await eventually(() => expect([a.working.size, b.working.size]).toEqual([4, 4]));
  const leases = [...a.working.values(), ...b.working.values()];
  for (const rank of [1, 2]) {
    standing.a.change(rank);
    await sleep(100);
    standing.b.change(rank);
    await sleep(100);
  }
  await sleep(600);
  expect([a.working.size, b.working.size]).toEqual([4, 4]);
  expect(leases.filter(({ revoked }) => revoked.aborted)).toEqual([]);
});

test('a partition whose work goes on after it was revoked is not taken by the other until it ends', async () => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let begun = 0;
  const work = async ({ revoked }: PartitionLease) => {
    begun++;
    await whenAborted(revoked);
    await ended;
  };
  group.join('a', { work });
  await eventually(() => expect(begun).toBe(8));
  const b = group.join('b');
  await sleep(50);
  expect(b.working.size).toBe(0);
  end();
  await eventually(() => expect(b.working.size).toBe(4));
});

test('a partition that was lost by the clock alone is taken again at once', async () => {
  server = leaseServer(400);
  group = members(server);
  const a = group.join('a');
  await eventually(() => expect(a.working.size).toBe(8));
  const before = [...a.working.values()];
  const goOn = server.stall();
  await eventually(() => expect(a.working.size).toBe(0));
  expect(before.every(({ lost, isHeld }) => lost.aborted && !isHeld())).toBe(true);
  goOn();
  // Keys do not expire on this server, so that it is still in our name.
  await eventually(() => expect(a.working.size).toBe(8));
});

test('a lease that is over is found by the clock, before any timer has fired', async () => {
  server = leaseServer(200);
  group = members(server);
  const a = group.join('a');
  await eventually(() => expect(a.working.size).toBe(8));
  const [lease] = [...a.working.values()];
  const until = performance.now() + 300;
  while (performance.now() < until);
  expect(lease?.isHeld()).toBe(false);
  expect(lease?.lost.aborted).toBe(true);
});
