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
  /** Stores a record that jambus has no part in. Resolves when the broker confirms it. @throws Error when it refuses it */
  store(payload: Buffer): Promise<void>;
  close(): Promise<void>;
}
