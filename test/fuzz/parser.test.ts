import {
  createCommandParser,
  describeFaults,
  fromHeaders,
  isStructured,
  MAX_DETAIL_LENGTH,
  PlatformGeneration,
  readCommandEnvelope,
  readStructured,
} from '@jambus/schema';
import * as fc from 'fast-check';
import { COMMAND_EXAMPLES } from '../../packages/contract/src/examples/index.ts';
import { SAMPLES } from '../../packages/schema/test/jambonz/samples.ts';
import { fuzz } from './support/fuzz.ts';
import { byteMutants, jsonMutants, oddText } from './support/mutants.ts';

const GOOD = [
  ...Object.values(COMMAND_EXAMPLES),
  ...Object.entries(SAMPLES).flatMap(([command, all]) => all.map((data) => ({ type: 'command', command, data }))),
  {
    type: 'ack',
    msgid: 'm-1',
    data: [{ verb: 'gather', actionHook: { url: '/a', basicAuth: { username: 'u', password: 'p' } } }],
  },
  { type: 'ack', msgid: 'm-2' },
];

/** A payload takes no more CPU than this, µs. */
const SLOWEST_US = 1_000_000;

const parsers = PlatformGeneration.anyOf.flatMap(({ const: platform }) =>
  [true, false].map((normalise) => createCommandParser({ platform, normalise, unknownCommands: 'refuse' })),
);

const texts = jsonMutants(GOOD).map((text) => Buffer.from(text));

fuzz(
  'the parser says of every payload what it is, or what is wrong with it',
  fc.oneof({ weight: 4, arbitrary: texts }, byteMutants(texts), fc.uint8Array({ maxLength: 200 })),
  { inputs: 3_000 },
  (payload) => {
    for (const parser of parsers) {
      const began = process.cpuUsage();
      const parsed = parser.parse(payload);
      if (parsed.ok) {
        parsed.hooks();
        const sent = parsed.kind === 'ack' ? parsed.verbs : parsed.payload;
        if (sent !== undefined) JSON.parse(Buffer.from(sent).toString());
        if (parsed.kind === 'command') parsed.applicationBytes();
      } else {
        const detail = describeFaults(parsed.faults);
        expect(detail.length).toBeLessThanOrEqual(MAX_DETAIL_LENGTH);
        expect(parsed.faults.length).toBeGreaterThan(0);
      }
      expect(process.cpuUsage(began).user).toBeLessThan(SLOWEST_US);
    }
  },
);

const NAMES = [
  'ce-id',
  'CE-ID',
  'ce-expirytime',
  'ce-time',
  'ce-ifsequence',
  'ce-ifverbid',
  'traceparent',
  'content-type',
];
const VALUES = [
  '2026-11-22T17:34:11.578Z',
  '2026-11-22T17:34:11+99:99',
  '-271821-04-20T00:00:00Z',
  '007',
  '1e3',
  '9'.repeat(30),
];
const headers = fc.array(
  fc.tuple(fc.oneof(fc.constantFrom(...NAMES), oddText), fc.oneof(fc.constantFrom(...VALUES), oddText)),
  { maxLength: 8 },
);

fuzz('attributes of a command are read, or said to be wrong', headers, { inputs: 3_000 }, (given) => {
  const envelope = readCommandEnvelope(fromHeaders(given, 'ce-'), { position: 'log/0/1', publishedAt: 1_000 }, 30_000);
  if ('fault' in envelope) return;
  expect(envelope.id).not.toBe('');
  expect(Number.isFinite(envelope.expiresAt)).toBe(true);
});

const ENVELOPES = [
  {
    specversion: '1.0',
    id: 'i',
    source: '/s',
    type: 't',
    datacontenttype: 'application/json',
    data: COMMAND_EXAMPLES.redirect,
  },
  { specversion: '1.0', id: 'i', source: '/s', type: 't', data_base64: 'e30=' },
];
const types = fc.oneof(fc.constantFrom('application/cloudevents+json', 'application/cloudevents-batch+json'), oddText);

fuzz(
  'a CloudEvent with its attributes inside is taken apart, or said to be wrong',
  fc.tuple(byteMutants(jsonMutants(ENVELOPES).map((text) => Buffer.from(text))), types),
  { inputs: 3_000 },
  ([envelope, contentType]) => {
    if (!isStructured(contentType)) return;
    const read = readStructured(envelope, contentType);
    if ('fault' in read) expect(typeof read.fault).toBe('string');
    else for (const value of Object.values(read.attributes)) expect(typeof value).toBe('string');
  },
);
