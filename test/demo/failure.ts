/** Something in the demo did not go as it should. The message is for people, and all there is to say. */
export class Failure extends Error {
  /** The last log lines of the process that failed. */
  readonly log: readonly string[];

  constructor(message: string, log: readonly string[] = []) {
    super(message);
    this.name = 'Failure';
    this.log = log;
  }
}
