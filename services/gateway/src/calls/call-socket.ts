/**
 * What became of a write. `written`: the operating system has all of it. `buffered`: it takes it as the peer reads. `closed`:
 * nothing was written.
 */
export type WriteState = 'written' | 'buffered' | 'closed';

/** The websocket of a call, as the call sees it. */
export interface CallSocket {
  readonly isOpen: boolean;
  /** Bytes written and not yet taken by the operating system. */
  readonly bufferedBytes: number;
  /**
   * Writes one text message.
   *
   * @param onEnd told once what became of it when the answer was `buffered`: whether the operating system took all of it. Of
   *   a connection that was cut it did not take the rest, whatever the websocket's own callback says.
   */
  send(message: Uint8Array, onEnd: (written: boolean) => void): WriteState;
  /** Closes with a code that decides what jambonz does next: 1012 to make it reconnect, 1000 to end for good. */
  close(code: number, reason: string): void;
  /** Cuts the connection. */
  terminate(): void;
  /**
   * Asks whether the peer is still there.
   *
   * @param withinMs how long a closing connection is waited for
   * @param onEnd told once: true when the connection has closed, or the peer does not answer; false when it is there
   */
  probe(withinMs: number, onEnd: (gone: boolean) => void): void;
  /** Stops and starts reading from jambonz. */
  pause(): void;
  resume(): void;
}
