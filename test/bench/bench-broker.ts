/** A broker of its own, and a microservice on it. */
export interface BenchBroker {
  /** What it is, with its version. */
  readonly name: string;
  /** Settings of the adapter. */
  readonly settings: Readonly<Record<string, string>>;
  /** Of the first process, where there are several. */
  readonly pid: number;
  /** Lets the microservice listen: told of each `session:new`, and of the payload of each `verb:status`. */
  listen(onNewCall: (callSid: string) => void, onStatus: (payload: Uint8Array) => void): Promise<void>;
  /** Publishes a command; many before the first is confirmed. */
  publish(callSid: string, payload: Buffer): void;
  /** Resolves when the broker has what was published so far. */
  flush(): Promise<void>;
  /** Asks for the outcome of a command and resolves when it is there; undefined where the bus has no requests. */
  readonly request: ((callSid: string, payload: Buffer) => Promise<void>) | undefined;
  /** Stores a record that jambus has no part in. Resolves when the broker confirms it. @throws Error when it refuses it */
  store(payload: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** One broker on which several systems live side by side, each with a prefix of its own. */
export interface SharedBroker {
  /** What it is, with its version. */
  readonly name: string;
  /** Addresses, as clients take them, with commas between. */
  readonly servers: string;
  /** A microservice of the system with that prefix. Its `close` leaves the broker alone. */
  microservice(prefix: string): Promise<BenchBroker>;
  /** Makes what a system without adapters needs: where these make streams, its streams and a durable consumer `glue`. */
  prepare(prefix: string): Promise<void>;
  /** Gives back the disk that a system which is gone had reserved. */
  forget(prefix: string): Promise<void>;
  close(): Promise<void>;
}
