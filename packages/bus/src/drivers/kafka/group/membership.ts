/** How long what the group has given us is ours. */
export interface Membership {
  /** True while nobody else may have been given our partitions. */
  readonly held: boolean;
  /** True until the group has first let us in. */
  readonly fresh: boolean;
  readonly joining: boolean;
  /** The group has just heard of us. */
  confirm(): void;
  /** We have asked to be let in; until all have, or their time is up, nothing is given to anybody. */
  startJoining(): void;
  /** We are in. */
  joined(): void;
}

/**
 * By our own clock, as nobody tells a member that is cut off that it has been replaced.
 *
 * @param sessionMs how long the group waits for a sign of us
 * @param joiningMs how long it lets us wait for the others
 */
export function createMembership(sessionMs: number, joiningMs: number): Membership {
  let until = Number.NEGATIVE_INFINITY;
  let joining = false;
  let fresh = true;
  const holdFor = (ms: number): void => {
    until = performance.now() + ms;
  };
  const held = (): boolean => performance.now() < until;
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
    confirm: () => {
      if (!joining) holdFor(sessionMs);
    },
    startJoining: () => {
      // Once only, as a join that fails over and over is no sign of life.
      if (held() && !joining) holdFor(joiningMs);
      joining = true;
    },
    joined: () => {
      joining = false;
      fresh = false;
      holdFor(sessionMs);
    },
  };
}
