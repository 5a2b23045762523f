/** How far a call had come, by what is on the bus. */
export interface CallPast {
  /** Of its last event; 0 when there is none. */
  readonly epoch: number;
  /** Of its last event; 0 when there is none. */
  readonly sequence: number;
  /** The `decidedposition` of its last result: the last command of the call that has its outcome. Undefined without any. */
  readonly decided: string | undefined;
  /** When it ended, ms since the epoch, if its last event says that. */
  readonly endedAt: number | undefined;
}

/** What a bus can say about calls that nobody remembers: their events and results are on it. */
export interface CallHistory {
  /**
   * The past of a call; undefined when there is none, or the bus cannot look it up (in time).
   *
   * @param sinceMs nothing older than this is asked for, ms since the epoch; it bounds the search on a bus that has to search
   * @throws JambusError when the bus could not be asked
   */
  pastOf(callSid: string, sinceMs: number): Promise<CallPast | undefined>;
}

/** The history of a bus that lives no longer than the adapter. */
export const NO_HISTORY: CallHistory = { pastOf: async () => undefined };
