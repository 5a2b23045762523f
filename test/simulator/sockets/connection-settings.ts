import type { Address } from '../wire/address.ts';

export interface ConnectionSettings {
  readonly address: Address;
  readonly handshakeTimeoutMs: number;
  /** The largest message that is taken, bytes before compression. */
  readonly maxPayload: number;
  readonly compression: boolean;
  /** How much faster than in reality the waits between connects pass. */
  readonly speed: number;
}

/** What the owner of a connection is told. */
export interface ConnectionListener {
  /** A socket is open; `first` for the one that begins the call. */
  opened(first: boolean): void;
  message(data: Buffer, binary: boolean): void;
  /** The socket went away; the connection comes back by itself, or when woken. */
  dropped(code: number): void;
  /** The server closed with 1000: it wants no more of this call. */
  givenUp(): void;
  /** A reconnect was answered with an HTTP status. */
  refused(status: number): void;
  /** The first connect failed, and is not repeated unless something new has to be said. */
  failed(reason: string): void;
  /** A frame that came on a socket we were closing would have crashed jambonz. */
  crashed(error: Error): void;
}
