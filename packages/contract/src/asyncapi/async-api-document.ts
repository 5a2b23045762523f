import { createRequire } from 'node:module';
import { busNames, cloudEventsType, dotted } from '@jambus/schema';
import { CALL_SID } from '../examples/index.ts';
import type { JsonSchema, NamedSchema } from '../json-schema/json-schema.ts';
import {
  ACK_SCHEMA,
  COMMAND_SCHEMAS,
  EVENT_SCHEMAS,
  OTHER_EVENT_SCHEMA,
  RESULT_SCHEMA,
} from '../json-schema/payload-schemas.ts';
import { titled } from '../json-schema/titled.ts';
import type { AsyncApiDocument } from './async-api.ts';
import { KAFKA_CORRELATION_IDS, KAFKA_HEADERS, KAFKA_OPERATIONS, KAFKA_TRAITS, kafkaChannels } from './kafka.ts';
import { ANY_COMMAND_SCHEMA } from './messages.ts';
import { NATS_CORRELATION_IDS, NATS_HEADERS, NATS_OPERATIONS, NATS_TRAITS, natsChannels } from './nats.ts';
import { QUESTIONS_BY_HOOK, QUESTIONS_BY_MESSAGE } from './questions.ts';
import { SECURITY_SCHEMES, SERVERS } from './servers.ts';
import { INTRODUCTION } from './wording.ts';

const { version }: { readonly version: string } = createRequire(import.meta.url)('../../package.json');

/** The contract as an AsyncAPI document, with the names that jambus has unless it is told otherwise. */
export function asyncApiDocument(): AsyncApiDocument {
  const names = busNames();
  return {
    asyncapi: '3.0.0',
    info: { title: 'A microservice on jambus', version, description: INTRODUCTION, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: SERVERS,
    channels: { ...natsChannels(names), ...kafkaChannels(names) },
    operations: { ...NATS_OPERATIONS, ...KAFKA_OPERATIONS },
    'x-jambonz-questions': { byMessage: QUESTIONS_BY_MESSAGE, byHook: QUESTIONS_BY_HOOK },
    components: {
      parameters: {
        callSid: { description: 'The `call_sid` of the session', examples: [CALL_SID] },
        type: {
          description: `The type of the event with dots, such as \`${dotted('verb:status')}\`; \`ce-type\` has it as \`${cloudEventsType('verb:status')}\``,
          examples: EVENT_SCHEMAS.map(({ type }) => dotted(type)),
        },
      },
      correlationIds: { ...NATS_CORRELATION_IDS, ...KAFKA_CORRELATION_IDS },
      messageTraits: { ...NATS_TRAITS, ...KAFKA_TRAITS },
      securitySchemes: SECURITY_SCHEMES,
      schemas: byName([
        ...NATS_HEADERS,
        ...KAFKA_HEADERS,
        ACK_SCHEMA,
        ANY_COMMAND_SCHEMA,
        ...COMMAND_SCHEMAS,
        ...EVENT_SCHEMAS,
        OTHER_EVENT_SCHEMA,
        RESULT_SCHEMA,
      ]),
    },
  };
}

function byName(schemas: readonly NamedSchema[]): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(schemas.map(({ name, schema }) => [name, titled(name, schema)]));
}
