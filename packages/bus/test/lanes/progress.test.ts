import fc from 'fast-check';
import { readProgress, writeProgress } from '../../src/index.ts';

const offsets = fc.uniqueArray(fc.integer({ min: 11, max: 500 }), { minLength: 1, maxLength: 60 });

test('what is read again says of every record what was written, as far as there was room', () => {
  fc.assert(
    fc.property(offsets, fc.integer({ min: 0, max: 40 }), fc.integer({ min: 12, max: 400 }), (some, more, maxBytes) => {
      const open = [...some].sort((a, b) => a - b);
      const reached = (open.at(-1) ?? 0) + more;
      const text = writeProgress(10, { reached, open }, maxBytes);
      expect(text.length).toBeLessThanOrEqual(maxBytes);
      const isFinished = readProgress(10, text);
      for (let offset = 11; offset <= reached + 5; offset++) {
        const finished = offset <= reached && !open.includes(offset);
        // Without room less is said, and never more.
        if (maxBytes >= 400) expect(isFinished(offset)).toBe(finished);
        else if (isFinished(offset)) expect(finished).toBe(true);
      }
    }),
  );
});

test.each(['', 'x', '5.-1', '5.0', 'something else', '..'])(
  '%j says nothing, and everything is handled again',
  (text) => {
    const isFinished = readProgress(10, text);
    expect([11, 12, 13, 100].map(isFinished)).toEqual([false, false, false, false]);
  },
);
