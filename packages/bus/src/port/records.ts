import type { Attributes, Channel, JambusError } from '@jambus/schema';

/** One command as a driver hands it over. */
export interface CommandRecord {
  /** The call it is addressed to; undefined when the record names none, which nothing can be done with. */
  readonly callSid: string | undefined;
  readonly attributes: Attributes;
  readonly payload: Uint8Array;
  /** Why the driver cannot make a record of it, for people: it goes to the dead letters as it is. Left out: it can. */
  readonly unreadable?: string | undefined;
  /** When the broker took it, ms since the epoch. */
  readonly publishedAt: number;
  /**
   * Where it stands in the broker: `<log>/<partition>/<offset>`, as `positionOf` writes it. The same for every redelivery of
   * the same record, different for any other, also after the stream or topic was deleted and made anew.
   */
  readonly position: string;
  /**
   * False when no reader can have had this record before: it came after this reader had taken the partition over. True says
   * only that an earlier reader may have dealt with it, without having committed that.
   */
  readonly maybeRepeated: boolean;
  /** Who waits for its terminal result, in the words of the driver; undefined when nobody does. */
  readonly replyTo: string | undefined;
}

/** One message on its way out. */
export interface BusMessage {
  readonly channel: Exclude<Channel, 'commands'>;
  /** Address and partition key. Empty on a dead letter that names no call. */
  readonly callSid: string;
  /** The jambonz message type on events (`verb:status`), else the channel's own word (`delivered`, `invalid`). */
  readonly type: string;
  /** On a terminal result, the `replyTo` of its command. */
  readonly replyTo?: string | undefined;
  readonly attributes: Attributes;
  readonly payload: Uint8Array;
  /**
   * Makes what goes out in its place when the broker refuses it for good: whoever waits for it sees that there was something.
   * May be called again when the same batch is tried again. Left out: nothing does.
   */
  readonly reduced?: (why: JambusError) => BusMessage;
}
