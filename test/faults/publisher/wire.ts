/** A command as it goes to a broker. */
export interface Outgoing {
  readonly callSid: string;
  readonly marker: string;
  readonly body: string;
  /** CloudEvents attributes. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Where the broker says that it has put a command. */
export interface Confirmation {
  readonly partition?: number;
  readonly offset: number;
}

/** An event, as far as a publisher looks at it. */
export interface Incoming {
  readonly callSid: string;
  readonly type: string;
  readonly sequence: number;
  readonly payload: string;
}

/** What a publisher has of a broker: the plain client, as a microservice has it. */
export interface Wire {
  /** Resolves when it hears events. */
  listen(onEvent: (event: Incoming) => void): Promise<void>;
  /** Resolves when the broker has it, however long that takes. Those of a call go out in the order of the calls. */
  publish(command: Outgoing): Promise<Confirmation>;
}
