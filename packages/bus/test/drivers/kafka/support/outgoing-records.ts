import fc from 'fast-check';
import type { OutgoingRecord } from '../../../../src/drivers/kafka/connection/outgoing-record.ts';

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.string({ maxLength: 8_200 }), fc.uuid());
const attributeName = fc.oneof(
  fc.constantFrom('id', 'type', 'partitionkey', 'traceparent', 'content-type', '7', '__proto__'),
  fc.string({ minLength: 1, maxLength: 90 }),
);
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  // Either side of where the count of a record takes another byte.
  fc.integer({ min: 7_800, max: 8_300 }).map((length) => new Uint8Array(length)),
);

/** Any record that a driver may send to the topic. */
export const outgoingRecord = (topic: string): fc.Arbitrary<OutgoingRecord> =>
  fc.record({
    topic: fc.constant(topic),
    key: fc.oneof(fc.constant(''), text),
    attributes: fc
      .uniqueArray(fc.tuple(attributeName, text), { selector: ([name]) => name, maxLength: 70 })
      .map((pairs) => Object.fromEntries(pairs)),
    hasPartitionKey: fc.boolean(),
    payload,
  });
