import { deadLetterOf, withoutPayload } from '../../src/index.ts';
import { recordOf } from '../support/records.ts';

const outcome = { kind: 'dead-letter', reason: 'invalid', detail: 'data is missing' } as const;

test('a dead letter has the bytes and attributes of the record, and says why, where from, how often and when', () => {
  const record = { ...recordOf('call', 7), attributes: { id: 'x', traceparent: '00-aa-bb-01', custom: 'é' } };
  const letter = deadLetterOf(record, outcome, 2, 'acme.commands');
  expect(letter).toMatchObject({ channel: 'deadletters', callSid: 'call', type: 'invalid' });
  expect(letter.payload).toBe(record.payload);
  expect(letter.attributes).toEqual({
    id: 'x',
    traceparent: '00-aa-bb-01',
    custom: 'é',
    dlreason: 'invalid',
    dldetail: 'data is missing',
    dlorigin: 'acme.commands/0/7',
    dlattempts: '2',
    dltime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
});

test('a detail that quotes the payload does not break a header', () => {
  const letter = deadLetterOf(
    recordOf('call', 0),
    { ...outcome, detail: `line\r\nDLX: 1\u0000${'x'.repeat(5_000)}` },
    1,
    'c',
  );
  expect(letter.attributes['dldetail']).toMatch(/^line DLX: 1 x+$/);
  expect(letter.attributes['dldetail']).toHaveLength(1_024);
});

test('a record that names no call has a dead letter with an empty address', () => {
  expect(deadLetterOf(recordOf(undefined, 0), outcome, 1, 'c').callSid).toBe('');
});

test('a dead letter without its payload says how much is missing', () => {
  const reduced = withoutPayload(deadLetterOf(recordOf('call', 0, 'seven b'), outcome, 1, 'c'));
  expect(reduced.payload.byteLength).toBe(0);
  expect(reduced.attributes).toMatchObject({ dlomitted: '7', dlreason: 'invalid', id: 'command-0' });
});
