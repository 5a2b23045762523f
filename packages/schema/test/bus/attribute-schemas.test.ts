import { Value } from '@sinclair/typebox/value';
import { CommandAttributes, MAX_ID_BYTES, readCommandEnvelope } from '../../src/index.ts';

const ORIGIN = { position: '0/1', publishedAt: 1_000 };

test.each([
  {},
  { id: 'a' },
  { id: '' },
  { id: 'a'.repeat(MAX_ID_BYTES) },
  { id: 'a'.repeat(MAX_ID_BYTES + 1) },
  { id: 'a\rb' },
  { specversion: '1.0' },
  { specversion: '0.3' },
  { expirytime: '2026-01-31T12:00:00.123Z' },
  { expirytime: '2026-01-31t12:00:00+01:00' },
  { expirytime: '2026-01-31T12:00:00' },
  { expirytime: 'tomorrow' },
  { ifverbid: 'a' },
  { ifverbid: '' },
  { ifverbid: 'a'.repeat(MAX_ID_BYTES + 1) },
  { ifsequence: '7' },
  { ifsequence: '-1' },
  { ifsequence: '1'.repeat(16) },
  { results: 'terminal' },
  { results: 'all' },
  { another: 'of somebody else' },
])('the schema of the attributes of a command takes %j if the adapter does', (attributes) => {
  const taken = !('fault' in readCommandEnvelope(attributes, ORIGIN, 30_000));
  expect(Value.Check(CommandAttributes, attributes)).toBe(taken);
});
