/** Tells records that were asked for before the group met from those asked for since. */
export interface Fetches {
  /** Records are asked for. */
  asked(): Fetch;
  /** The group has met. */
  met(): void;
  /** Whether these records of a partition were asked for since. */
  areOfNow(records: object): boolean;
}

/** One question for records. */
export interface Fetch {
  /** False once the group has met since it was asked. */
  readonly isOfNow: boolean;
  /** These records have come, all that the client has of one partition. */
  brought(records: object): void;
}

/**
 * The client asks each broker on its own, and while one of them makes it meet with the group, the answers of others are still
 * on their way. It takes them for answers of now, also when it has asked the same broker again meanwhile, or has had them in
 * its queue. They would begin behind records that are to be read again.
 */
export function trackFetches(): Fetches {
  const askedIn = new WeakMap<object, number>();
  let meetings = 0;
  return {
    asked: () => {
      const meeting = meetings;
      return {
        get isOfNow() {
          return meeting === meetings;
        },
        brought: (records) => void askedIn.set(records, meeting),
      };
    },
    met: () => {
      meetings++;
    },
    areOfNow: (records) => askedIn.get(records) === meetings,
  };
}
