import { setTimeout as sleep } from 'node:timers/promises';
import { KeptLease } from '../../../../src/drivers/nats/sharing/kept-lease.ts';
import { leaseServer } from '../../../support/lease-server.ts';

const LEASE_MS = 100;

async function kept(leaseMs = LEASE_MS) {
  const server = leaseServer(leaseMs);
  const lease = await KeptLease.acquire(server.leasesOf('us'), 'key');
  if (lease === undefined) throw new Error('the key was free');
  return { server, lease };
}

test('rounds that follow each other closely write nothing', async () => {
  const { server, lease } = await kept(600 * LEASE_MS);
  for (let round = 0; round < 3; round++) expect(await lease.renew()).toBe(true);
  expect(server.writes()).toBe(1);
});

test('a round after a fifth of the lease writes it anew', async () => {
  const { server, lease } = await kept();
  await sleep(LEASE_MS / 5);
  expect(await lease.renew()).toBe(true);
  expect(server.writes()).toBe(2);
});

test('a lease is overdue before the server gives it away, counted from before it was asked', async () => {
  const { server, lease } = await kept();
  expect(lease.isOverdue).toBe(false);
  await sleep(LEASE_MS / 5);
  const goOn = server.stall();
  const renewing = lease.renew();
  await sleep(LEASE_MS);
  goOn();
  expect(await renewing).toBe(true);
  expect(lease.isOverdue).toBe(true);
});

test('a release waits for the renewal that is under way, which would outlive it', async () => {
  const { server, lease } = await kept();
  await sleep(LEASE_MS / 5);
  const goOn = server.stall();
  const renewing = lease.renew();
  const releasing = lease.release();
  goOn();
  await Promise.all([renewing, releasing]);
  expect(server.holders.size).toBe(0);
});

test('a lease that is being given back is not renewed any more', async () => {
  const { server, lease } = await kept();
  await sleep(LEASE_MS / 5);
  await Promise.all([lease.release(), lease.renew()]);
  expect(server.holders.size).toBe(0);
  expect(server.writes()).toBe(1);
});
