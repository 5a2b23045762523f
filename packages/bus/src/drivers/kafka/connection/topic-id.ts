import type { Broker } from 'kafkajs';
import { API, connectionsOf, type Exchange, encoded, versionOf } from './exchange.ts';
import { isObject } from './is-object.ts';
import { UUID_BYTES, WireReader, WireWriter } from './wire.ts';

/** The first version of the question that tells ids, and that all brokers since 2.8 take. */
const METADATA_VERSION = 10;
const NO_ID = Buffer.alloc(UUID_BYTES);
const UNKNOWN_TOPIC = 3;

/**
 * The id of a topic, another one after it was deleted and made anew; undefined when the broker knows of no ids (before 2.8).
 * The client's own question about topics is older than the ids.
 *
 * @throws what the client throws; for a topic that is not there, with the type `UNKNOWN_TOPIC_OR_PARTITION`
 */
export async function topicIdBy(broker: Broker, topic: string): Promise<Buffer | undefined> {
  if (versionOf(broker, API.metadata) < METADATA_VERSION) return undefined;
  const found = await connectionsOf(broker).send(metadataExchange(topic));
  if (!isFound(found) || found.errorCode !== 0 || found.id.equals(NO_ID)) throw refusal(topic, found);
  return found.id;
}

interface Found {
  readonly errorCode: number;
  readonly id: Buffer;
}

function metadataExchange(topic: string): Exchange {
  return {
    request: {
      apiKey: API.metadata,
      apiVersion: METADATA_VERSION,
      apiName: 'Metadata',
      encode: async () => encoded(metadataRequest(topic)),
    },
    response: { decode: async (raw) => metadataAnswer(raw), parse: async (data) => data },
  };
}

/** The first byte belongs to the header, of which the client writes an older form without it. */
export function metadataRequest(topic: string): Buffer {
  const writer = new WireWriter().noTags();
  writer.compactArray([topic], (name) => writer.raw(NO_ID).compactString(name).noTags());
  const [createTopic, clusterRights, topicRights] = [0, 0, 0];
  return writer.int8(createTopic).int8(clusterRights).int8(topicRights).noTags().bytes();
}

/** What is said about the first topic, behind the brokers. */
export function metadataAnswer(raw: Buffer): Found | undefined {
  const reader = new WireReader(raw);
  reader.skipTags();
  reader.int32(); // throttled for
  reader.compactArray(() => {
    reader.int32(); // node
    reader.compactString(); // host
    reader.int32(); // port
    reader.compactString(); // rack
    reader.skipTags();
  });
  reader.compactString(); // cluster
  reader.int32(); // controller
  const [found] = reader.compactArray(() => {
    const errorCode = reader.int16();
    reader.compactString(); // name
    const id = Buffer.from(reader.take(UUID_BYTES));
    reader.take(1); // internal
    reader.compactArray(() => skipPartition(reader));
    reader.int32(); // rights
    reader.skipTags();
    return { errorCode, id };
  });
  return found;
}

function skipPartition(reader: WireReader): void {
  reader.take(2 + 4 + 4 + 4); // error, partition, leader, its epoch
  for (let lists = 3; lists > 0; lists--) reader.compactArray(() => reader.int32()); // replicas
  reader.skipTags();
}

function isFound(value: unknown): value is Found {
  return isObject(value) && typeof value['errorCode'] === 'number' && Buffer.isBuffer(value['id']);
}

/** As the client's own errors are, so that it looks for the topic again, and others know what it means. */
function refusal(topic: string, found: unknown): Error {
  const code = isFound(found) && found.errorCode !== 0 ? found.errorCode : UNKNOWN_TOPIC;
  const type = code === UNKNOWN_TOPIC ? 'UNKNOWN_TOPIC_OR_PARTITION' : code === 29 ? 'TOPIC_AUTHORIZATION_FAILED' : '';
  const error = new Error(`the id of topic ${topic} cannot be looked up (error ${code}${type && `, ${type}`})`);
  return Object.assign(error, { name: 'KafkaJSProtocolError', type, code, retriable: code !== 29 });
}
