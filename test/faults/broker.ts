/** A message of a channel, in the order of its broker. */
export interface ChannelMessage {
  readonly callSid: string;
  readonly attributes: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly json: any;
}

/** A publisher in a process of its own, which serves every call that comes. */
export interface Publisher {
  /** Resolves when it has served every call it has seen. */
  finish(): Promise<{ readonly published: number; readonly calls: number }>;
}

/** A broker of any kind, as the faults need it. */
export interface FaultyBroker {
  /** It drops what is published again, so that even a crash leaves one of each; else repeats have the id of the first. */
  readonly dropsRepeats: boolean;
  /** Settings of the adapters that use it. */
  readonly settings: Readonly<Record<string, string>>;
  startPublisher(commandsPerCall: number, pauseMs: number): Promise<Publisher>;
  /** How many commands it has stored; a publisher that heard no answer may have published some twice. */
  stored(): Promise<number>;
  /** Everything a channel has now. */
  read(channel: 'events' | 'results' | 'deadletters'): Promise<ChannelMessage[]>;
  /** Commands that no adapter has said it is done with. */
  lag(): Promise<number>;
  /** Ends the broker with SIGKILL. */
  kill(): Promise<void>;
  /** Brings it back, with what it had stored. */
  restart(): Promise<void>;
  close(): Promise<void>;
}
