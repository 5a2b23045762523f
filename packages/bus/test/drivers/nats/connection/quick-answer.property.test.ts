import fc from 'fast-check';
import { readPublishAnswer } from '../../../../src/drivers/nats/connection/publish-answer.ts';
import { quickAnswer } from '../../../../src/drivers/nats/connection/quick-answer.ts';

const general = (data: Uint8Array) => readPublishAnswer({ subject: 'inbox.1', data }, 'events');

/** Answers of servers, and what is nearly one. */
const piece = fc.oneof(
  fc.constantFrom(
    '{"stream":"',
    '"',
    '\\',
    '", "seq":',
    '","seq":',
    ',"seq":',
    '}',
    ',"duplicate": true}',
    ',"duplicate":true}',
  ),
  fc.constantFrom(
    ',"duplicate": false}',
    ',"error":{"code":503}',
    ',"domain":"hub"',
    '{',
    ' ',
    'jambonz-events',
    '\u0001',
  ),
  fc.nat().map(String),
  fc.constantFrom('0', '007', '-1', '1.5', '1e3', 'null', '\u00fc', ''),
);
const answer = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
  fc
    .tuple(piece, fc.constantFrom('", "seq":', '","seq":'), piece, piece)
    .map(([name, sequence, number, end]) => `{"stream":"${name}${sequence}${number}${end}`),
);

test('an answer that is read from its bytes means what the general way reads in it', () => {
  fc.assert(
    fc.property(answer, (text) => {
      const data = Buffer.from(text);
      const quick = quickAnswer(data);
      if (quick !== undefined) expect(quick).toEqual(general(data));
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  ['2.9 to 2.10', '{"stream":"jambonz-events", "seq":12}', 'stored'],
  ['2.12 on', '{"stream":"jambonz-events","seq":9007199254740993}', 'stored'],
  ['2.9 to 2.10', '{"stream":"jambonz-events", "seq":12,"duplicate": true}', 'duplicate'],
  ['2.12 on', '{"stream":"jambonz-events","seq":12,"duplicate": true}', 'duplicate'],
])('the answers of servers %s are read from their bytes: %s', (_, text, kind) => {
  expect(quickAnswer(Buffer.from(text))).toEqual({ kind });
});
