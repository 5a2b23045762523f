import { type Attributes, positionOf } from '@jambus/schema';
import type { CommandRecord } from '../../port/index.ts';
import { attributesOf } from './connection/headers.ts';
import type { Delivery, PulledMessage } from './connection/pull.ts';
import { replyToOf } from './requests.ts';
import { callSidOf } from './subjects.ts';

/** Where a delivery comes from. */
export interface RecordOrigin {
  /** `<life of the stream>/<partition>`. */
  readonly log: string;
  /** The last sequence that an earlier reader can have had. */
  readonly lastBefore: number;
}

/** A delivery of the commands' stream as what the port hands over. Never throws. */
export function commandRecord({ message, sequence, storedAt }: Delivery, origin: RecordOrigin): CommandRecord {
  return {
    callSid: callSidOf(message.subject),
    attributes: readable(message),
    // A copy, because the client's bytes are a view of all that came with them, which a waiting command would keep alive.
    payload: Buffer.from(message.data),
    publishedAt: storedAt,
    position: positionOf(origin.log, sequence),
    maybeRepeated: sequence <= origin.lastBefore,
    replyTo: replyToOf(message),
  };
}

/**
 * Servers take headers that the client cannot read. Without them a command could be delivered in spite of a condition that
 * stood there, so it gets a version that nobody accepts, which says what is wrong.
 */
function readable(message: PulledMessage): Attributes {
  try {
    // The client reads them when they are asked for.
    return attributesOf(message.headers);
  } catch (error) {
    return { specversion: `unreadable headers: ${String(error)}` };
  }
}
