/**
 * How a call ended. `completed`: hung up, by whomever, or never answered by whom it was for. `rejected`: the server's initial application was missing or unusable.
 * `failed`: the first connect. `lost`: jambonz hung up because a reconnect went wrong, or its last words never got through.
 */
export interface CallOutcome {
  readonly reason: 'completed' | 'rejected' | 'failed' | 'lost';
  /** For people. */
  readonly detail: string;
  /** What the caller's side got as the last final answer: 200, or why there was no call. */
  readonly sipStatus: number;
  /** From the first connect to the end, real ms. */
  readonly durationMs: number;
  /** From the first connect to the accepted initial application, real ms; undefined when there was none. */
  readonly setupMs: number | undefined;
  readonly reconnects: number;
  /** A frame arrived that would have crashed jambonz. */
  readonly crashed: boolean;
}
