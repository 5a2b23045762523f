/** How far a call's events go on the bus. */
export interface LastEvent {
  readonly epoch: number;
  readonly sequence: number;
}

/** What a bus can say about events that are on it. */
export interface EventHistory {
  /**
   * The last event of a call; undefined when there is none, or the bus cannot look one up.
   *
   * @throws JambusError when it could not be asked
   */
  lastOf(callSid: string): Promise<LastEvent | undefined>;
}

/** The history of a bus that cannot look events up by their call. */
export const NO_HISTORY: EventHistory = { lastOf: async () => undefined };
