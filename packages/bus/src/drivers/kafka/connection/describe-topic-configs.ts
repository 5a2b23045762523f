import kafkajs, { type Broker } from 'kafkajs';
import { API, connectionsOf, encoded } from './exchange.ts';
import { WireReader, WireWriter } from './wire.ts';

/** What a broker says about the settings of a topic. */
export interface DescribedConfigs {
  readonly topic: string;
  /** 0 when there is none; the settings are left out otherwise. */
  readonly errorCode: number;
  readonly values: ReadonlyMap<string, string | undefined>;
}

/** All brokers since 1.1 take it. */
const VERSION = 1;

/**
 * Asks for some settings of some topics at once. The client's own question throws at the first topic that may not be looked
 * at, and tells nothing about the others.
 *
 * @throws what the client throws
 */
export async function describeTopicConfigs(
  broker: Broker,
  topics: readonly string[],
  settings: readonly string[],
): Promise<readonly DescribedConfigs[]> {
  let described: readonly DescribedConfigs[] = [];
  if (topics.length === 0) return described;
  await connectionsOf(broker).send({
    request: {
      apiKey: API.describeConfigs,
      apiVersion: VERSION,
      apiName: 'DescribeConfigs',
      encode: async () => encoded(requestFor(topics, settings)),
    },
    response: {
      decode: async (raw) => {
        described = configsIn(raw);
        return described;
      },
      parse: async (data) => data,
    },
  });
  return described;
}

function requestFor(topics: readonly string[], settings: readonly string[]): Buffer {
  const withSynonyms = 0;
  const writer = new WireWriter();
  return writer
    .array(topics, (topic) => {
      writer.int8(kafkajs.ConfigResourceTypes.TOPIC).string(topic);
      writer.array(settings, (setting) => writer.string(setting));
    })
    .int8(withSynonyms)
    .bytes();
}

function configsIn(raw: Buffer): DescribedConfigs[] {
  const reader = new WireReader(raw);
  reader.int32(); // throttled for
  return reader.array(() => {
    const errorCode = reader.int16();
    reader.nullableString(); // error, for people
    reader.take(1); // kind of resource
    const topic = reader.string();
    return { topic, errorCode, values: new Map(reader.array(() => configIn(reader))) };
  });
}

function configIn(reader: WireReader): [string, string | undefined] {
  const config: [string, string | undefined] = [reader.string(), reader.nullableString()];
  reader.take(1 + 1 + 1); // may not be altered, where it is from, secret
  reader.array(() => {
    reader.string();
    reader.nullableString();
    reader.take(1);
  });
  return config;
}
