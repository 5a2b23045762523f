import { createMembership, type Membership } from '../../../../src/drivers/kafka/group/membership.ts';

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

/** Time passes for a process that runs, and so looks at its clock. */
function pass(ms: number, membership: Membership): void {
  for (let left = ms; left > 0; left -= 200) {
    now += Math.min(left, 200);
    void membership.held;
  }
}

test('nothing is held before the group has let us in, and then for a session from the last sign of us', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  expect(membership).toMatchObject({ held: false, fresh: true });
  membership.startJoining();
  expect(membership).toMatchObject({ held: false, joining: true });
  membership.joined(now);
  expect(membership).toMatchObject({ held: true, fresh: false, joining: false });
  pass(SESSION_MS - 1, membership);
  expect(membership.held).toBe(true);
  membership.confirm(now);
  pass(SESSION_MS - 1, membership);
  expect(membership.held).toBe(true);
  pass(1, membership);
  expect(membership.held).toBe(false);
});

test('while the group meets, what we had is held for as long as a meeting takes, counted from its beginning', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  membership.joined(now);
  membership.startJoining();
  pass(JOINING_MS - 1, membership);
  // An attempt that failed, and another.
  membership.startJoining();
  membership.confirm(now);
  expect(membership.held).toBe(true);
  pass(1, membership);
  expect(membership.held).toBe(false);
});

test('a meeting that begins after the session brings nothing back', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  membership.joined(now);
  pass(SESSION_MS, membership);
  membership.startJoining();
  expect(membership.held).toBe(false);
  membership.joined(now);
  expect(membership.held).toBe(true);
});

test('a meeting that takes longer than the session, as others are late, is no loss', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  membership.joined(now);
  membership.startJoining();
  const askedAt = now;
  pass(SESSION_MS + 1_000, membership);
  membership.joined(askedAt);
  expect(membership.held).toBe(true);
  pass(SESSION_MS - 400, membership);
  expect(membership.held).toBe(true);
});

describe('a process that was stopped for longer than the session', () => {
  test('holds nothing, also when the answer to a heartbeat of before is the first that it sees', () => {
    const membership = createMembership(SESSION_MS, JOINING_MS);
    membership.joined(now);
    const askedAt = now + 10;
    now += SESSION_MS + 10;
    membership.confirm(askedAt);
    expect(membership.held).toBe(false);
  });

  test('holds nothing, also when that was in the middle of a meeting', () => {
    const membership = createMembership(SESSION_MS, JOINING_MS);
    membership.joined(now);
    membership.startJoining();
    now += SESSION_MS;
    expect(membership.held).toBe(false);
  });

  test('is not let in by an answer of before', () => {
    const membership = createMembership(SESSION_MS, JOINING_MS);
    membership.startJoining();
    const askedAt = now;
    now += SESSION_MS;
    membership.joined(askedAt);
    expect(membership).toMatchObject({ held: false, fresh: false });
  });

  test('is not let in by an answer of before either when it has looked at its clock in between', () => {
    const membership = createMembership(SESSION_MS, JOINING_MS);
    membership.startJoining();
    const askedAt = now;
    now += SESSION_MS;
    expect(membership.held).toBe(false);
    membership.joined(askedAt);
    expect(membership.held).toBe(false);
  });

  test('holds what it has when the group answers it again after that', () => {
    const membership = createMembership(SESSION_MS, JOINING_MS);
    membership.joined(now);
    now += SESSION_MS;
    expect(membership.held).toBe(false);
    membership.confirm(now);
    expect(membership.held).toBe(true);
  });
});

test('a meeting that the group has not taken us into is over with the next sign of us that it answers', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  membership.joined(now);
  const before = now;
  pass(1_000, membership);
  membership.startJoining();
  membership.joiningFailed();
  // It was asked before.
  membership.confirm(before);
  expect(membership.joining).toBe(true);
  pass(200, membership);
  membership.confirm(now);
  expect(membership).toMatchObject({ held: true, joining: false, owesMeeting: true });
  // For a session, and not for as long as a meeting takes.
  pass(SESSION_MS, membership);
  expect(membership.held).toBe(false);
});

test('a meeting is owed until one takes us in', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  membership.joined(now);
  membership.startJoining();
  membership.joiningFailed();
  membership.confirm(now);
  membership.startJoining();
  expect(membership.owesMeeting).toBe(true);
  membership.joined(now);
  expect(membership.owesMeeting).toBe(false);
});

test('a sign of us is none of the group as it was while we take what we are given', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  membership.joined(now);
  membership.startJoining();
  membership.joiningFailed();
  membership.startJoining();
  membership.meeting();
  membership.confirm(now);
  expect(membership.joining).toBe(true);
});

test('what was not held any more when a meeting failed stays lost', () => {
  const membership = createMembership(SESSION_MS, JOINING_MS);
  membership.joined(now);
  membership.startJoining();
  pass(JOINING_MS, membership);
  membership.joiningFailed();
  membership.confirm(now);
  expect(membership).toMatchObject({ held: false, joining: false });
});
