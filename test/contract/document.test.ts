import { readFile } from 'node:fs/promises';
import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const FILE = new URL('../../packages/contract/asyncapi.yaml', import.meta.url);
/** 3.0 is read by every tool that reads 3; what newer ones have is not needed. */
const ACCEPTED = new Set(['asyncapi-latest-version']);

const text = await readFile(FILE, 'utf8');

/** What the official parser makes of a document, and what it has to say against it. */
async function read(source: string) {
  const { document, diagnostics } = await new Parser().parse(source);
  const complaints = diagnostics
    .filter(({ code }) => !ACCEPTED.has(String(code)))
    .map(({ code, path, message }) => `${code} ${path.join('/')}: ${message}`);
  return { document, complaints };
}

test('the official parser finds nothing wrong with the document', async () => {
  expect((await read(text)).complaints).toEqual([]);
});

test('the official parser would find a reference that leads nowhere', async () => {
  const broken = text.replace('messageTraits/natsEvent"', 'messageTraits/nosuch"');
  expect((await read(broken)).complaints).not.toEqual([]);
});

test('every example of the document fits its schema', async () => {
  // The parser puts in what is referred to, under keywords of its own; of examples it says nothing in a version 3.
  const { document } = await read(text);
  const ajv = new Ajv({ strict: false });
  let looked = 0;
  const expectFit = (schema: object | boolean | undefined, example: unknown) => {
    if (schema === undefined) throw new Error('an example without a schema');
    looked++;
    const validate = ajv.compile(schema);
    validate(example);
    expect({ example, errors: validate.errors }).toEqual({ example, errors: null });
  };
  for (const message of document?.messages().all() ?? []) {
    for (const example of message.examples().all()) {
      expectFit(message.headers()?.json(), example.headers());
      expectFit(message.payload()?.json(), example.payload());
    }
  }
  for (const schema of document?.components().schemas().all() ?? []) {
    for (const example of schema.examples() ?? []) expectFit(schema.json(), example);
  }
  expect(looked).toBeGreaterThan(60);
});

test('a microservice can do all of it on both buses', async () => {
  const { document } = await read(text);
  const done = document?.operations().all() ?? [];
  const described = done.map((operation) => {
    const [server] = operation.servers().all();
    return `${server?.protocol()} ${operation.action()} ${operation.channels().all()[0]?.address()}`;
  });
  expect(described.sort()).toEqual([
    'kafka receive jambonz.deadletters',
    'kafka receive jambonz.events',
    'kafka receive jambonz.results',
    'kafka send jambonz.commands',
    'nats receive jambonz.deadletters.{callSid}',
    'nats receive jambonz.events.{callSid}.{type}',
    'nats receive jambonz.results.{callSid}',
    'nats send jambonz.commands.{callSid}',
    'nats send jambonz.request.{callSid}',
  ]);
});

test('the reference has every command and every event of the document', async () => {
  const { channels, components } = parse(text);
  const reference = await readFile(new URL('./reference.md', FILE), 'utf8');
  const headings = new Set(reference.match(/(?<=^#{3,4} ).*$/gm)?.map((text) => text.replaceAll('`', '')));
  for (const { title } of Object.values<{ title: string }>(channels.natsEvents.messages)) {
    expect(headings).toContain(title);
  }
  for (const { $ref } of components.schemas.Command.oneOf) {
    const schema = components.schemas[$ref.split('/').at(-1)];
    expect(headings).toContain(schema.properties.command.const);
  }
});
