import { type Attributes, isStructured, readStructured } from '@jambus/schema';
import type { KafkaMessage } from 'kafkajs';
import { attributesOf, textOf } from './headers.ts';
import { keptBytes } from './kept-bytes.ts';

/** What a record says, in either mode of CloudEvents or without any. */
export interface ReadRecord {
  /** Undefined when it has none, or one that is no text. */
  readonly key: string | undefined;
  readonly attributes: Attributes;
  readonly payload: Uint8Array;
  /** When it was written, ms since the epoch: by the clock of the broker or of the publisher, as the topic is set. */
  readonly timestamp: number;
}

const NOTHING = new Uint8Array(0);

/**
 * Reads a record. Never throws: attributes that cannot be read could be conditions of a delivery, so a record with such gets
 * a `specversion` that nobody accepts, which says what is wrong.
 */
export function readRecord(message: KafkaMessage): ReadRecord {
  // A copy, because the client's bytes are a view of all that was fetched with them, which a waiting record would keep alive.
  const payload = message.value === null ? NOTHING : keptBytes(message.value);
  const record = { key: keyOf(message), timestamp: Number(message.timestamp) };
  try {
    const attributes = attributesOf(message.headers);
    const contentType = attributes['content-type'];
    if (contentType === undefined || !isStructured(contentType)) return { ...record, attributes, payload };
    const event = readStructured(payload, contentType);
    if ('fault' in event) return { ...record, attributes: unacceptable(event.fault), payload };
    return { ...record, attributes: { ...traceOf(attributes), ...event.attributes }, payload: event.payload };
  } catch (error) {
    return { ...record, attributes: unacceptable(`headers are not UTF-8: ${String(error)}`), payload };
  }
}

/** Trace context may be on the record, although the event has its attributes in the envelope. */
function traceOf({ traceparent, tracestate }: Attributes): Attributes {
  return { ...(traceparent !== undefined && { traceparent }), ...(tracestate !== undefined && { tracestate }) };
}

function unacceptable(fault: string): Attributes {
  return { specversion: `unreadable: ${fault}` };
}

/** The key as text; undefined when it has none, or one that is no text. */
export function keyOf({ key }: KafkaMessage): string | undefined {
  if (key === null || key.byteLength === 0) return undefined;
  try {
    return textOf(key);
  } catch {
    return undefined;
  }
}
