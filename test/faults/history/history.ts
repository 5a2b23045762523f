/*
 * What was seen of a run from outside: by publishers, by jambonz, on the channels of the broker. Nothing here comes from
 * jambus, and nothing is filtered. Times are ms since the epoch, of one machine.
 */

/** Where a command is in the broker. */
export interface Place {
  /** Counts the logs that the commands have had: 0, and one more each time they were deleted and made anew. */
  readonly log: number;
  readonly partition: number;
  /** Kafka: offset. NATS: sequence in the stream, which all partitions share. */
  readonly offset: number;
}

/** A command that the broker has confirmed to its publisher. */
export interface ConfirmedCommand {
  readonly publisher: string;
  /** Unique to what was published; it stands in the body. */
  readonly marker: string;
  readonly callSid: string;
  readonly id: string | undefined;
  /** Counts what the publisher has published for this call. */
  readonly order: number;
  readonly sentAt: number;
  readonly confirmedAt: number;
  /** As the broker said it; NATS does not say the partition. */
  readonly partition: number | undefined;
  readonly offset: number;
}

/** A command as the broker has it, which is what counts: one that was never confirmed may be there. */
export interface StoredCommand {
  readonly place: Place;
  readonly callSid: string;
  readonly marker: string;
  /** The CloudEvents id that it came with. */
  readonly id: string | undefined;
  /** Its `expirytime`, or its life without one. */
  readonly expiresAt: number;
  readonly ifverbid: string | undefined;
  readonly ifsequence: number | undefined;
  readonly storedAt: number;
}

/** A websocket of a call. The first one of a call is 1. */
export interface CallSocket {
  readonly callSid: string;
  readonly socket: number;
  /** Which gateway took it. */
  readonly gateway: number;
  readonly openedAt: number;
  /** Left out: it was open to the end. */
  readonly closedAt?: number;
  /** Who ended it: jambonz by a cut, jambonz since the call was over, or the gateway. */
  readonly closedBy?: 'cut' | 'hang-up' | 'gateway';
  readonly code?: number;
  /** jambonz reads it with long pauses, so what comes is late. */
  readonly slow: boolean;
}

/** What a call got on a websocket, in the order it came. */
export interface Write {
  readonly callSid: string;
  readonly socket: number;
  readonly at: number;
  readonly marker: string;
}

/** What jambonz said on a websocket, in the order it said it. */
export interface Saying {
  readonly callSid: string;
  readonly socket: number;
  readonly at: number;
  readonly msgid: string;
  readonly type: string;
  /** Of a `verb:status`. */
  readonly verb?: { readonly id: string; readonly event: string; readonly marker: string };
}

/** A message of a channel as it came, repeats and all. */
export interface Copy {
  readonly channel: 'events' | 'results' | 'deadletters';
  readonly callSid: string;
  /** Where it is in the channel; of one that was only seen, the number of its arrival. */
  readonly partition: number;
  readonly offset: number;
  /** When the broker had it, or when it arrived. */
  readonly at: number;
  /** All but the broker's own, with names in lower case and without the prefix of CloudEvents. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** A channel as it is kept, and as somebody saw it who was there all the time: on NATS the stream drops repeats. */
export interface Channel {
  readonly stored: readonly Copy[];
  /** Empty where the two are the same. */
  readonly seen: readonly Copy[];
}

/** A time in which something was not there. */
export interface Outage {
  readonly from: number;
  readonly to: number;
  /** Nobody was there in its place: the broker, all adapters or all gateways were away. */
  readonly total: boolean;
}

/** What was done to the system. */
export interface Facts {
  readonly bus: string;
  readonly fault: string;
  /** Somebody died, was cut off or slept: a message of a channel may have come twice, as the same message. */
  readonly rough: boolean;
  readonly gatewayKills: readonly { readonly gateway: number; readonly at: number }[];
  readonly outages: readonly Outage[];
  /** Partitions changed hands in it. */
  readonly moves: readonly { readonly from: number; readonly to: number }[];
  /** When the commands were deleted and made anew. */
  readonly newLogsAt: readonly number[];
  /** Nobody was left who remembers: calls that have ended are unknown then. */
  readonly forgetsEnded: boolean;
  /** When a gateway died together with an adapter: of ids that had come by, some were remembered by these two alone. */
  readonly forgetsIdsAt: readonly number[];
  /** A gateway was away that may have had calls of which nobody else knows: no call could be said to be unknown. */
  readonly missesGateway: boolean;
  /** Commands that nobody has said to be done with, at the end. */
  readonly left: number;
  /** The longest time for which the broker did not do something that adapters cannot do without, ms. */
  readonly brokerMs: number;
  /** The longest time for which the machine let an idle process wait: everything may have been so much later, ms. */
  readonly stallMs: number;
}

export interface History {
  readonly facts: Facts;
  readonly confirmed: readonly ConfirmedCommand[];
  readonly stored: readonly StoredCommand[];
  readonly sockets: readonly CallSocket[];
  readonly writes: readonly Write[];
  readonly sayings: readonly Saying[];
  readonly results: Channel;
  readonly events: Channel;
  readonly deadLetters: readonly Copy[];
}
