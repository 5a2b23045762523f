/** How long what the group has given us is ours. */
export interface Membership {
  /** True while nobody else may have been given our partitions. */
  readonly held: boolean;
  /** True until the group has first let us in. */
  readonly fresh: boolean;
  readonly joining: boolean;
  /** The last meeting did not take us in, and we are what we were: ask for another, as not all of the client knows that. */
  readonly owesMeeting: boolean;
  /** The group has answered to a sign of us that was sent at this time, on the clock of `performance.now()`. */
  confirm(askedAt: number): void;
  /** We have asked to be let in; until all have, or their time is up, nothing is given to anybody. */
  startJoining(): void;
  /** The group has answered that we may meet, and waits for us to take what we are given. */
  meeting(): void;
  /** It has not taken what we asked: to it we are what we were. A sign of us that it answers from now on says so. */
  joiningFailed(): void;
  /** We are in, by what was asked at this time. */
  joined(askedAt: number): void;
}

/**
 * By our own clock, as nobody tells a member that is cut off that it has been replaced. A process that was stopped for longer
 * than the session finds answers of before in its sockets and timers that are due, in any order: so each look at `held`
 * compares clocks, an answer counts from when it was asked for, and whoever did not look for a session was not there.
 *
 * @param sessionMs how long the group waits for a sign of us
 * @param joiningMs how long it lets us wait for the others
 */
export function createMembership(sessionMs: number, joiningMs: number): Membership {
  let until = Number.NEGATIVE_INFINITY;
  let joining = false;
  /** Since when an answer to a sign of us means that we are in as before; undefined while it may mean another meeting. */
  let failedAt: number | undefined;
  let owesMeeting = false;
  let fresh = true;
  let lookedAt = performance.now();
  /** When it was last noticed that we had not been there. */
  let missedAt = Number.NEGATIVE_INFINITY;
  const held = (): boolean => {
    const now = performance.now();
    if (now - lookedAt >= sessionMs) {
      until = Number.NEGATIVE_INFINITY;
      missedAt = now;
    }
    lookedAt = now;
    return now < until;
  };
  return {
    get held() {
      return held();
    },
    get fresh() {
      return fresh;
    },
    get joining() {
      return joining;
    },
    get owesMeeting() {
      return owesMeeting;
    },
    confirm: (askedAt) => {
      if (!joining) {
        if (!(held() && askedAt + sessionMs < until)) until = askedAt + sessionMs;
      } else if (failedAt !== undefined && askedAt >= failedAt) {
        joining = false;
        owesMeeting = true;
        // What was not held any more is not had again by it: somebody else may have had it in between.
        if (held()) until = askedAt + sessionMs;
      }
    },
    meeting: () => {
      failedAt = undefined;
    },
    joiningFailed: () => {
      failedAt = performance.now();
    },
    startJoining: () => {
      failedAt = undefined;
      // Once only, as a join that fails over and over is no sign of life.
      if (held() && !joining) until = performance.now() + joiningMs;
      joining = true;
    },
    joined: (askedAt) => {
      joining = false;
      owesMeeting = false;
      fresh = false;
      // The group answers all at once, which takes as long as the others do: so it was after our last look, if we looked.
      const answeredAfter = missedAt > askedAt ? askedAt : Math.max(askedAt, lookedAt);
      lookedAt = performance.now();
      until = answeredAfter + sessionMs;
    },
  };
}
