import { bytes, command, GENERATIONS, parserWith } from './support.ts';
import { CONSTRUCTED } from './verdicts/constructed.ts';
import { HOOKS_AND_PARTS } from './verdicts/hooks-and-parts.ts';
import { LANGUAGE_MODELS } from './verdicts/language-models.ts';
import { PLAIN_VERBS } from './verdicts/plain-verbs.ts';

const TABLES = { PLAIN_VERBS, CONSTRUCTED, LANGUAGE_MODELS, HOOKS_AND_PARTS };

/** `+` or `-` of every generation, for a verb in an application. */
function verdictsOn(verb: unknown): string {
  const payload = bytes(command('redirect', [verb]));
  return GENERATIONS.map((platform) => (parserWith({ platform }).parse(payload).ok ? '+' : '-')).join('');
}

test.each(Object.entries(TABLES))('%s: every generation gets the verbs that it takes, and no other', (_name, table) => {
  const found = table.map(([, verb, data]) => ({
    verb,
    data,
    flat: verdictsOn({ verb, ...data }),
    keyed: verdictsOn({ [verb]: data }),
  }));
  expect(found).toEqual(table.map(([verdicts, verb, data]) => ({ verb, data, flat: verdicts, keyed: verdicts })));
});

test('the tables are large, and hold verbs of both verdicts on every generation', () => {
  const rows = Object.values(TABLES).flat();
  expect(rows.length).toBeGreaterThan(400);
  for (const [index] of GENERATIONS.entries()) {
    const signs = rows.map(([verdicts]) => verdicts[index]);
    expect(signs.filter((sign) => sign === '+').length).toBeGreaterThan(100);
    expect(signs.filter((sign) => sign === '-').length).toBeGreaterThan(60);
  }
});

test('the generations are in the order in which the tables list their verdicts', () => {
  expect(GENERATIONS).toEqual(['open-source-0.9', '10.x', 'tolerant']);
});

test('an ack gets the verdicts of a redirect', () => {
  for (const [verdicts, verb, data] of CONSTRUCTED) {
    const payload = bytes({ type: 'ack', msgid: 'm', data: [{ verb, ...data }] });
    const found = GENERATIONS.map((platform) => (parserWith({ platform }).parse(payload).ok ? '+' : '-')).join('');
    expect({ verb, data, found }).toEqual({ verb, data, found: verdicts });
  }
});
