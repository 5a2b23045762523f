import { createMembership } from '../../../../src/drivers/kafka/group/membership.ts';

const SESSION_MS = 6_000;
const JOINING_MS = 15_000;

/** The clock of `performance.now()`, which the test moves. */
let now = 0;
const realNow = performance.now;

beforeEach(() => {
  now = 1_000;
  performance.now = () => now;
});

afterEach(() => {
  performance.now = realNow;
});

test('nothing is held before the group has let us in, and then for a session from the last sign of us', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  expect(membership).toMatchObject({ held: false, fresh: true });
  membership.startJoining();
  expect(membership).toMatchObject({ held: false, joining: true });
  membership.joined();
  expect(membership).toMatchObject({ held: true, fresh: false, joining: false });
  now += SESSION_MS - 1;
  expect(membership.held).toBe(true);
  membership.confirm();
  now += SESSION_MS - 1;
  expect(membership.held).toBe(true);
  now += 1;
  expect(membership.held).toBe(false);
});

test('while the group meets, what we had is held for as long as a meeting takes, counted from its beginning', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  membership.joined();
  membership.startJoining();
  now += JOINING_MS - 1;
  // An attempt that failed, and another.
  membership.startJoining();
  membership.confirm();
  expect(membership.held).toBe(true);
  now += 1;
  expect(membership.held).toBe(false);
});

test('a meeting that begins after the session brings nothing back', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  membership.joined();
  now += SESSION_MS;
  membership.startJoining();
  expect(membership.held).toBe(false);
  membership.joined();
  expect(membership.held).toBe(true);
});
