/**
 * Calls that commands can reach now. A bus on which a caller can ask for the result of a command at once takes requests for
 * these, so that nobody waits for an answer about a call that does not exist.
 */
export interface RequestDoor {
  open(callSid: string): void;
  close(callSid: string): void;
}

/** The door of a bus that has no requests. */
export const NO_REQUESTS: RequestDoor = { open: () => {}, close: () => {} };
