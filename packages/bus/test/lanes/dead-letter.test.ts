import type { CommandRecord } from '../../src/index.ts';
import { deadLetterOf } from '../../src/index.ts';
import { recordOf } from '../support/records.ts';

const outcome = { kind: 'dead-letter', reason: 'invalid', detail: 'data is missing' } as const;

const record = (attributes: Record<string, string>, payload = ''): CommandRecord => ({
  ...recordOf('call', 7, payload),
  attributes,
});
const smallerOf = (of: CommandRecord) => deadLetterOf(of, outcome, 1, 'c').smaller();

test('a dead letter has the bytes and attributes of the record, and says why, where from, how often and when', () => {
  const from = { ...recordOf('call', 7), attributes: { id: 'x', traceparent: '00-aa-bb-01', custom: 'é' } };
  const letter = deadLetterOf(from, outcome, 2, 'acme.commands').whole;
  expect(letter).toMatchObject({ channel: 'deadletters', callSid: 'call', type: 'invalid' });
  expect(letter.payload).toBe(from.payload);
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
  const quoting = { ...outcome, detail: `line\r\nDLX: 1\u0000${'é'.repeat(5_000)}` };
  const { dldetail = '' } = deadLetterOf(recordOf('call', 0), quoting, 1, 'c').whole.attributes;
  expect(dldetail).toMatch(/^line DLX: 1 é+$/);
  expect(Buffer.byteLength(dldetail)).toBeLessThanOrEqual(1_024);
  expect(Buffer.byteLength(dldetail)).toBeGreaterThan(1_020);
});

test('a record that names no call has a dead letter with an empty address', () => {
  expect(deadLetterOf(recordOf(undefined, 0), outcome, 1, 'c').whole.callSid).toBe('');
});

test('what a publisher says in the names of a dead letter is not passed on', () => {
  const { whole } = deadLetterOf(record({ dlomitted: '7', dlreason: 'mine', dlother: 'x' }), outcome, 1, 'c');
  expect(whole.attributes).not.toHaveProperty('dlomitted');
  expect(whole.attributes).toMatchObject({ dlreason: 'invalid', dlother: 'x' });
});

describe('what goes out in place of a dead letter that is refused', () => {
  test('first has no payload, and says how much is missing', () => {
    const [reduced] = smallerOf(recordOf('call', 0, 'seven b'));
    expect(reduced?.payload.byteLength).toBe(0);
    expect(reduced?.attributes).toMatchObject({ dlomitted: '7', dlreason: 'invalid', id: 'command-0' });
  });

  test('keeps the payload where attributes are what is large, and says which are missing', () => {
    const [first, second, third, ...more] = smallerOf(record({ id: 'x', big: 'y'.repeat(65_470) }, '{'));
    expect(Buffer.from(first?.payload ?? []).toString()).toBe('{');
    expect(first?.attributes).toMatchObject({ id: 'x', dlleftout: 'big (65473 bytes)' });
    expect(first?.attributes).not.toHaveProperty('big');
    expect(second?.attributes).toMatchObject({ id: 'x', dlomitted: '1', dlleftout: 'big (65473 bytes)' });
    expect(third?.attributes).not.toHaveProperty('id');
    expect(third?.attributes).toMatchObject({ dlomitted: '1', dlleftout: 'big (65473 bytes), id (3 bytes)' });
    expect(more).toEqual([]);
  });

  test('leaves out an attribute that no header can carry', () => {
    const [first] = smallerOf(record({ id: 'x', broken: 'a\rb' }, '{'));
    expect(first?.attributes).toMatchObject({ id: 'x', dlleftout: 'broken (9 bytes)' });
  });
});

test('a dead letter is addressed to a call only if that can be one: a key of 1 MB takes minutes to be hashed', () => {
  expect(deadLetterOf({ ...record({}), callSid: 'x'.repeat(257) }, outcome, 1, 'c').whole.callSid).toBe('');
});
