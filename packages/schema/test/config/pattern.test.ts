import * as fc from 'fast-check';
import { matcherOf } from '../../src/config/pattern.ts';

/** What a pattern means, as a regular expression. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

test('a pattern fits what its regular expression fits', () => {
  const few = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 });
  fc.assert(
    fc.property(few('ab/*'), few('ab/\n.'), (pattern, text) => {
      expect(matcherOf(pattern)(text)).toBe(expressionOf(pattern).test(text));
    }),
    { numRuns: 5_000 },
  );
});

test('a hook of a megabyte does not hold the process up, whatever the pattern is', () => {
  const fits = matcherOf('*a*a*a*b*c');
  const began = process.cpuUsage();
  expect(fits(`${'a'.repeat(1_000_000)}c`)).toBe(false);
  // The regular expression would take longer than anybody waits. A busy machine does not count.
  expect(process.cpuUsage(began).user).toBeLessThan(1_000_000);
});
