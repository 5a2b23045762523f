import { setTimeout as sleep } from 'node:timers/promises';
import { createMembership } from '../../../src/drivers/kafka/membership.ts';

const SHORT_MS = 20;
const LONG_MS = 60_000;

test('nothing is held before the group has let us in, and then for a session from the last sign of us', async () => {
  const membership = createMembership(SHORT_MS, LONG_MS);
  expect(membership).toMatchObject({ held: false, fresh: true });
  membership.startJoining();
  expect(membership).toMatchObject({ held: false, joining: true });
  membership.joined();
  expect(membership).toMatchObject({ held: true, fresh: false, joining: false });
  await sleep(2 * SHORT_MS);
  expect(membership.held).toBe(false);
  membership.confirm();
  expect(membership.held).toBe(true);
});

test('while the group meets, what we had is held for as long as a meeting takes', async () => {
  const membership = createMembership(SHORT_MS, LONG_MS);
  membership.joined();
  membership.startJoining();
  await sleep(2 * SHORT_MS);
  expect(membership.held).toBe(true);
  membership.joined();
  await sleep(2 * SHORT_MS);
  expect(membership.held).toBe(false);
});

test('a meeting that begins after the session brings nothing back, nor does one that begins over and over', async () => {
  const late = createMembership(SHORT_MS, LONG_MS);
  late.joined();
  await sleep(2 * SHORT_MS);
  late.startJoining();
  expect(late.held).toBe(false);

  const again = createMembership(LONG_MS, SHORT_MS);
  again.joined();
  again.startJoining();
  await sleep(2 * SHORT_MS);
  again.startJoining();
  expect(again.held).toBe(false);
});
