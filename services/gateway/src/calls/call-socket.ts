/** The websocket of a call, as the call sees it. */
export interface CallSocket {
  readonly isOpen: boolean;
  /** Bytes written and not yet taken by the operating system. */
  readonly bufferedBytes: number;
  /** Writes one text message; `done` learns whether the operating system took it. */
  send(message: Uint8Array, done: (error: Error | undefined) => void): void;
  /** Closes with a code that decides what jambonz does next: 1012 to make it reconnect, 1000 to end for good. */
  close(code: number, reason: string): void;
  /** Cuts the connection. */
  terminate(): void;
  /** Stops and starts reading from jambonz. */
  pause(): void;
  resume(): void;
}
