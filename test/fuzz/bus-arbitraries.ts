import * as fc from 'fast-check';

/** What makes trouble in subjects and headers, among what does not. */
const AWKWARD = [
  '\u00a0',
  '\u3000',
  '\ufeff',
  '\u0000',
  '\u0001',
  '\t',
  '\n',
  '\r',
  '\f',
  '\u007f',
  '\u0085',
  ' ',
  '.',
  '*',
  '>',
  '_',
  '$',
  ':',
  '\u2028',
  '\ufffd',
  '\ud800',
  '\udfff',
  '😀',
  'é',
  'a',
  'Z',
  '0',
  '-',
]; // prettier-ignore

const awkward = fc.string({ unit: fc.constantFrom(...AWKWARD), maxLength: 40 });

/** Any text that somebody may take for a name: call_sids, types, names of headers. */
export const anyName: fc.Arbitrary<string> = fc.oneof(
  awkward,
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.uuid(),
  fc.tuple(awkward, fc.nat({ max: 6_000 })).map(([text, times]) => text.repeat(times).slice(0, 6_000)),
  fc.integer({ min: 60, max: 300 }).map((length) => 'é'.repeat(length)),
);

/** A header's value, as long as brokers let headers be. */
export const anyValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: awkward },
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 65_520 }).map((length) => 'y'.repeat(length)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 30_000 }).map((length) => 'é'.repeat(length)) },
);

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Values that get farther than nonsense does. */
const nearlyRight: Readonly<Record<string, fc.Arbitrary<string>>> = {
  id: fc.oneof(anyName, anyValue),
  specversion: fc.constantFrom('1.0', '0.3'),
  expirytime: fc.constantFrom('2026-01-31T12:00:00Z', '9999-12-31T23:59:59.999Z', 'tomorrow', '0000-00-00T00:00:00Z'),
  ifverbid: anyValue,
  ifsequence: fc.constantFrom('7', '-1', '1'.repeat(15), '1'.repeat(60_000)),
  subject: anyName,
  traceparent: fc.oneof(
    fc.constant(TRACE),
    anyValue.map((rest) => `01${TRACE.slice(2)}-${rest}`),
    anyValue,
  ),
  tracestate: anyValue,
  'content-type': anyValue,
  dlreason: anyValue,
  dlomitted: anyValue,
};

/** The attributes of a record: ours, nearly ours, and those of others. */
export const anyAttributes: fc.Arbitrary<Record<string, string>> = fc
  .tuple(fc.record(nearlyRight, { requiredKeys: [] }), fc.dictionary(anyName, anyValue, { maxKeys: 4 }))
  .map(([ours, others]) => ({ ...others, ...(ours as Record<string, string>) }));

const PAYLOADS = [
  '{',
  '',
  '{}',
  '{"type":"ack","msgid":"m"}',
  '{"type":"command","command":"redirect","data":[{"verb":"hangup"}]}',
  '{"type":"command","command":"mute:status","data":{"mute_status":"mute"}}',
  '{"type":"command","command":"redirect","data":[{"verb":"say","text":"x","id":"v"}],"callSid":"b"}',
];

/** The payload of a record. */
export const anyPayload: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom(...PAYLOADS).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 100 }),
  fc.integer({ min: 0, max: 4 }).map((size) => Buffer.alloc(size * 260_000, 0x7b)),
);
