/** Tells records that were asked for before the group met from those asked for since. */
export interface Fetches {
  /** A broker is asked for records; until the answer has been dealt with, it is not asked again. */
  started(broker: number): void;
  /** The group has met. */
  met(): void;
  /** False while answers may come in that were asked for before the group met. */
  readonly settled: boolean;
}

/** A broker that is never asked again has gone, ms. */
const LONGEST_MS = 1_000;

/**
 * The client asks each broker on its own, and while one of them makes it meet with the group, the answers of others are
 * still on their way.
 */
export function trackFetches(): Fetches {
  const brokers = new Set<number>();
  let outstanding = new Set<number>();
  let settledAt = 0;
  return {
    started: (broker) => {
      brokers.add(broker);
      outstanding.delete(broker);
    },
    met: () => {
      // With one broker, it is its own answer that made us meet.
      outstanding = brokers.size > 1 ? new Set(brokers) : new Set();
      settledAt = performance.now() + LONGEST_MS;
    },
    get settled() {
      return outstanding.size === 0 || performance.now() > settledAt;
    },
  };
}
