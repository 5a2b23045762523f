import type { BusNames } from '@jambus/schema';
import { PARTITION_EXAMPLE } from '../examples/index.ts';
import { ATTRIBUTE_SCHEMAS, headersSchema, PARTITION_SCHEMA } from '../json-schema/attribute-schemas.ts';
import type { NamedSchema } from '../json-schema/json-schema.ts';
import { type Channel, type MessageTrait, type Operation, ref } from './async-api.ts';
import { commandMessages, deadLetterMessages, eventMessages, type MessageStyle, resultMessages } from './messages.ts';
import { COMMANDS, DEAD_LETTERS, EVENTS, RESULTS } from './wording.ts';

const STYLE: MessageStyle = {
  prefix: 'ce_',
  added: PARTITION_EXAMPLE,
  trait: (channel) => ref('components', 'messageTraits', `kafka${channel}`),
};
const BINDING_VERSION = '0.5.0';

/** The headers of each kind of message. */
export const KAFKA_HEADERS: readonly NamedSchema[] = [
  headersSchema('KafkaCommandHeaders', [ATTRIBUTE_SCHEMAS.command], STYLE.prefix),
  headersSchema('KafkaEventHeaders', [ATTRIBUTE_SCHEMAS.event, PARTITION_SCHEMA], STYLE.prefix),
  headersSchema('KafkaResultHeaders', [ATTRIBUTE_SCHEMAS.result, PARTITION_SCHEMA], STYLE.prefix),
  headersSchema('KafkaDeadLetterHeaders', [ATTRIBUTE_SCHEMAS.deadLetter], STYLE.prefix),
];

const bindings = {
  kafka: { key: { description: 'The call_sid, in UTF-8', type: 'string' }, bindingVersion: BINDING_VERSION },
};

export const KAFKA_TRAITS: Readonly<Record<string, MessageTrait>> = {
  kafkaCommand: { headers: headers('KafkaCommandHeaders'), correlationId: correlation('kafkaCommandId'), bindings },
  kafkaEvent: { headers: headers('KafkaEventHeaders'), bindings },
  kafkaResult: { headers: headers('KafkaResultHeaders'), correlationId: correlation('kafkaCausationId'), bindings },
  kafkaDeadLetter: { headers: headers('KafkaDeadLetterHeaders'), bindings },
};

export const KAFKA_CORRELATION_IDS = {
  kafkaCommandId: { description: 'What results name the command by', location: '$message.header#/ce_id' },
  kafkaCausationId: { description: 'The command it is about', location: '$message.header#/ce_causationid' },
};

/** Topics. */
export function kafkaChannels(names: BusNames): Readonly<Record<string, Channel>> {
  const topic = (address: string) => ({
    address,
    servers: [ref('servers', 'kafka')],
    // A compacted topic would keep the last message of a call only: jambus refuses to start on one.
    bindings: { kafka: { topicConfiguration: { 'cleanup.policy': ['delete'] }, bindingVersion: BINDING_VERSION } },
  });
  return {
    kafkaCommands: {
      ...topic(names.commands),
      title: 'Commands on Kafka',
      description:
        `${COMMANDS} A CloudEvent in structured mode (\`application/cloudevents+json\`) is taken, too, and a record without ` +
        'key is for the call of its `subject`.',
      messages: commandMessages(STYLE),
    },
    kafkaEvents: {
      ...topic(names.events),
      title: 'Events on Kafka',
      description: `${EVENTS} \`ce_type\` says the type without a look into the payload.`,
      messages: eventMessages(STYLE),
    },
    kafkaResults: {
      ...topic(names.results),
      title: 'Results on Kafka',
      description: RESULTS,
      messages: resultMessages(STYLE),
    },
    kafkaDeadLetters: {
      ...topic(names.deadletters),
      title: 'Dead letters on Kafka',
      description: DEAD_LETTERS,
      messages: deadLetterMessages(STYLE),
    },
  };
}

export const KAFKA_OPERATIONS: Readonly<Record<string, Operation>> = {
  kafkaSendCommand: {
    action: 'send',
    channel: ref('channels', 'kafkaCommands'),
    title: 'Send a command',
    description:
      'Puts a command on the websocket of a call. Its result comes on the results channel. To keep the order of the ' +
      'commands of a call, produce them with the `call_sid` as key, `acks=all` and idempotence, and by the partitioner of the ' +
      'Java client (murmur2 of the key: kafkajs has it as `DefaultPartitioner`, librdkafka as `partitioner=murmur2_random`), so that ' +
      "everybody's records of a call go to one partition. Any compression of Kafka is read.",
  },
  kafkaReceiveEvents: {
    action: 'receive',
    channel: ref('channels', 'kafkaEvents'),
    title: 'Receive events',
    description:
      'In a consumer group of your own, whose members share the calls. Records may be compressed by gzip, snappy, lz4 or zstd, ' +
      'as the adapters (`JAMBUS_KAFKA_COMPRESSION`) or the topic (`compression.type`) say.',
  },
  kafkaReceiveResults: {
    action: 'receive',
    channel: ref('channels', 'kafkaResults'),
    title: 'Receive results',
    description: 'Tells what became of commands, by their id.',
  },
  kafkaReceiveDeadLetters: {
    action: 'receive',
    channel: ref('channels', 'kafkaDeadLetters'),
    title: 'Receive dead letters',
    description: 'For those who look after the system.',
  },
};

function headers(name: string) {
  return ref('components', 'schemas', name);
}

function correlation(name: string) {
  return ref('components', 'correlationIds', name);
}
