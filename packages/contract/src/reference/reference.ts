import type { AsyncApiDocument, Channel, Message, Operation, Reference } from '../asyncapi/async-api.ts';
import type { Question } from '../asyncapi/questions.ts';
import { QUESTIONS } from '../asyncapi/wording.ts';
import { isMembers, type JsonSchema } from '../json-schema/json-schema.ts';
import { code, jsonBlock, page, table } from './markdown.ts';
import { descriptionOf, membersOf, propertiesOf, propertyOf, requiredOf, typeOf } from './members.ts';

/** The kinds of message: what their channels and headers are called in the document, without the bus in front. */
const KINDS = {
  Commands: { title: 'Commands', headers: 'CommandHeaders' },
  Events: { title: 'Events', headers: 'EventHeaders' },
  Results: { title: 'Results', headers: 'ResultHeaders' },
  DeadLetters: { title: 'Dead letters', headers: 'DeadLetterHeaders' },
} as const;

/** The contract for people, made from nothing but the document. */
export function reference(document: AsyncApiDocument): string {
  return page([
    '# The contract of jambus',
    document.info.description,
    'The same for machines: [asyncapi.yaml](asyncapi.yaml), and the JSON Schemas of payloads and attributes in [schemas](schemas).',
    '## Names',
    names(document),
    ...buses(document),
    '## Commands',
    headers(document, 'Commands'),
    ...commands(document),
    '## Events',
    headers(document, 'Events'),
    ...events(document),
    '## Questions',
    QUESTIONS,
    ...questions(document),
    '## Results',
    headers(document, 'Results'),
    ...payload(document, 'natsResults', 'result'),
    '## Dead letters',
    headers(document, 'DeadLetters'),
    `${messageIn(document, 'natsDeadLetters', 'deadLetter').summary}. The payload is the bytes as they came.`,
  ]);
}

function names(document: AsyncApiDocument): string {
  const rows = Object.entries(KINDS).map(([kind, { title }]) => {
    const nats = channelOf(document, `nats${kind}`);
    const kafka = channelOf(document, `kafka${kind}`);
    return [title, code(nats.address ?? ''), code(nats['x-jetstream-stream'] ?? ''), code(kafka.address ?? '')];
  });
  return table(['', 'NATS subject', 'JetStream stream', 'Kafka topic'], rows);
}

/** What can be done on each bus, and how to get in. */
function buses(document: AsyncApiDocument): readonly string[] {
  return Object.entries(document.servers).flatMap(([bus, { title, description, security }]) => {
    const operations = Object.values(document.operations).filter(({ channel }) => isOnBus(channel, bus));
    const ways = security.map(({ $ref }) => `- ${descriptionOf(resolve(document, $ref))}`);
    return [
      `## On ${title}`,
      operations.map((operation) => operationLine(document, operation)).join('\n'),
      description,
      ways.join('\n'),
    ];
  });
}

function operationLine(document: AsyncApiDocument, { title, description, channel, reply }: Operation): string {
  const found = channelOf(document, nameIn(channel));
  const answer = reply === undefined ? '' : channelOf(document, nameIn(reply.channel)).description;
  const about = [description, found.description, answer].filter((text) => text !== '').join(' ');
  return `- **${title}**: ${code(found.address ?? '')}. ${about}`;
}

function isOnBus({ $ref }: Reference, bus: string): boolean {
  return $ref.startsWith(`#/channels/${bus}`);
}

/** Headers of both buses side by side. */
function headers(document: AsyncApiDocument, kind: keyof typeof KINDS): string {
  const nats = schemaOf(document, `Nats${KINDS[kind].headers}`);
  const kafka = schemaOf(document, `Kafka${KINDS[kind].headers}`);
  const required = requiredOf(nats);
  const onKafka = new Map(propertiesOf(kafka).map(([name]) => [attributeOf(name), name]));
  const rows = propertiesOf(nats).map(([name, schema]) => {
    const other = onKafka.get(attributeOf(name));
    onKafka.delete(attributeOf(name));
    return [code(name) + (required.has(name) ? ' *' : ''), code(other ?? ''), textOf(schema)];
  });
  for (const name of onKafka.values()) rows.push(['', code(name), textOf(propertyOf(kafka, name))]);
  return `${descriptionOf(nats)}; * is always there.\n\n${table(['NATS header', 'Kafka header', ''], rows)}`;
}

function commands(document: AsyncApiDocument): readonly string[] {
  const { oneOf } = schemaOf(document, 'Command');
  const schemas = (Array.isArray(oneOf) ? oneOf : []).map(({ $ref }) => resolve(document, String($ref)));
  const [first = {}] = schemas;
  const envelope = propertiesOf(first).filter(([name]) => name !== 'command' && name !== 'data');
  return [
    ...payload(document, 'natsCommands', 'ack'),
    '### `command`',
    `${descriptionOf(schemaOf(document, 'Command'))}.`,
    'What every command may have beside `command` and `data`:',
    table(
      ['', 'type', ''],
      envelope.map(([name, schema]) => [code(name), typeOf(schema), descriptionOf(schema)]),
    ),
    ...schemas.flatMap((schema) => {
      const data = propertyOf(schema, 'data');
      return [
        `#### ${code(String(propertyOf(schema, 'command')['const']))}`,
        `${descriptionOf(schema)}.`,
        `\`data\`: ${descriptionOf(data)}`,
        membersOf(data),
        ...examplesOf(schema),
      ];
    }),
  ];
}

function events(document: AsyncApiDocument): readonly string[] {
  const { messages } = channelOf(document, 'natsEvents');
  return Object.keys(messages).flatMap((name) => {
    const message = messageIn(document, 'natsEvents', name);
    const schema = payloadOf(document, message);
    const type = message['x-cloudevents-type'];
    const data = membersOf(propertyOf(schema, 'data'));
    return [
      `### ${type === undefined ? message.title : code(message.title)}`,
      message.summary ?? '',
      type === undefined ? '' : `Attribute \`type\`: ${code(type)}`,
      data === '' ? '' : `\`data\`:\n\n${data}`,
      ...examplesOf(schema),
    ];
  });
}

/** What an answer to each message of jambonz means. */
function questions({ 'x-jambonz-questions': { byMessage, byHook } }: AsyncApiDocument): readonly string[] {
  const answers = ({ awaitedMs, setting, without, late }: Question): readonly string[] => [
    awaitedMs === undefined ? 'no' : `${awaitedMs} ms, ${code(setting ?? '')}`,
    without ?? 'Nothing: jambonz does not wait for an answer',
    late === undefined ? '' : late === 'redirect' ? `becomes a ${code('redirect')}` : `refused, ${code('expired')}`,
  ];
  const ANSWERS = ['awaited', 'without an answer', 'an answer that comes later'];
  return [
    '### By message',
    table(
      ['message', 'what it means', ...ANSWERS],
      byMessage.map((row) => [code(row.message), row.meaning, ...answers(row)]),
    ),
    '### By hook',
    table(
      ['hook', 'comes as', 'what it means', ...ANSWERS],
      byHook.map((row) => [code(row.hook ?? ''), code(row.message), row.meaning, ...answers(row)]),
    ),
  ];
}

function payload(document: AsyncApiDocument, channel: string, name: string): readonly string[] {
  const message = messageIn(document, channel, name);
  const schema = payloadOf(document, message);
  return [`### ${code(message.name)}`, `${message.summary}.`, membersOf(schema), ...examplesOf(schema)];
}

function examplesOf({ examples }: JsonSchema): readonly string[] {
  return Array.isArray(examples) ? examples.map(jsonBlock) : [];
}

function textOf(schema: JsonSchema): string {
  const value = schema['const'] === undefined && schema['enum'] === undefined ? '' : typeOf(schema);
  return [value, descriptionOf(schema)].filter((part) => part !== '').join(': ');
}

/** `ce-id`, `ce_id` → `id`. */
function attributeOf(header: string): string {
  return header.replace(/^ce[-_]/, '');
}

function payloadOf(document: AsyncApiDocument, { payload }: Message): JsonSchema {
  return resolve(document, String(payload?.['$ref']));
}

function channelOf(document: AsyncApiDocument, name: string): Channel {
  const channel = document.channels[name];
  if (channel === undefined) throw new RangeError(`the document has no channel ${name}`);
  return channel;
}

function messageIn(document: AsyncApiDocument, channel: string, name: string): Message {
  const message = channelOf(document, channel).messages[name];
  if (message === undefined || '$ref' in message)
    throw new RangeError(`channel ${channel} has no message ${name} of its own`);
  return message;
}

function schemaOf(document: AsyncApiDocument, name: string): JsonSchema {
  return resolve(document, `#/components/schemas/${name}`);
}

function nameIn({ $ref }: Reference): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}

/** What `#/<path>` stands for. @throws RangeError when there is no such thing */
function resolve(document: AsyncApiDocument, reference: string): JsonSchema {
  let found: unknown = document;
  for (const step of reference.split('/').slice(1)) found = isMembers(found) ? found[step] : undefined;
  if (!isMembers(found)) throw new RangeError(`the document has no ${reference}`);
  return found;
}
