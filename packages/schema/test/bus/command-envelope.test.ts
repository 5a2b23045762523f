import { type Attributes, type CommandEnvelope, readCommandEnvelope } from '../../src/index.ts';

const ORIGIN = { position: '3/17', publishedAt: Date.parse('2026-01-31T12:00:00Z') };

function read(attributes: Attributes): CommandEnvelope {
  const envelope = readCommandEnvelope(attributes, ORIGIN, 30_000);
  if ('fault' in envelope) throw new Error(envelope.fault);
  return envelope;
}

function fault(attributes: Attributes): string {
  const envelope = readCommandEnvelope(attributes, ORIGIN, 30_000);
  return 'fault' in envelope ? envelope.fault : 'none';
}

describe('command envelope', () => {
  test('a command without any attributes is known by its place in the broker and lives for the configured time', () => {
    expect(read({})).toEqual({
      id: '3/17',
      expiresAt: ORIGIN.publishedAt + 30_000,
      ifverbid: undefined,
      ifsequence: undefined,
      terminalOnly: false,
    });
  });

  test('attributes say who it is, how long it lives and under which conditions', () => {
    const envelope = read({ id: 'abc', expirytime: '2026-01-31T13:00:00+01:00', ifverbid: 'greet', ifsequence: '7' });
    expect(envelope).toEqual({
      id: 'abc',
      expiresAt: ORIGIN.publishedAt,
      ifverbid: 'greet',
      ifsequence: 7,
      terminalOnly: false,
    });
  });

  test('a publisher may want the outcome alone', () => {
    expect(read({ results: 'terminal' })).toMatchObject({ terminalOnly: true });
  });

  test.each([
    [{ expirytime: 'tomorrow' }, 'expirytime: expected an RFC 3339 time such as 2026-01-31T12:00:00Z, got "tomorrow"'],
    [
      { expirytime: '2026-01-31' },
      'expirytime: expected an RFC 3339 time such as 2026-01-31T12:00:00Z, got "2026-01-31"',
    ],
    [{ expirytime: '2026-01-31T12:00:00' }, /^expirytime: .* got "2026-01-31T12:00:00"$/],
    [{ ifsequence: '-1' }, 'ifsequence: expected the sequence of an event, a whole number, got "-1"'],
    [{ ifverbid: '' }, 'ifverbid: expected 1 to 512 bytes of UTF-8 without control characters, got 0 bytes'],
    [{ id: '' }, 'id: expected 1 to 512 bytes of UTF-8 without control characters, got 0 bytes'],
    [{ results: 'none' }, 'results: expected terminal, or nothing for all of them, got "none"'],
    [{ specversion: '0.3' }, 'specversion: expected 1.0, got "0.3"'],
  ])('%j is refused with what was expected and what came', (attributes, message) => {
    expect(fault(attributes as Attributes)).toMatch(message);
  });
});
