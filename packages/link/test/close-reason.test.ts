import fc from 'fast-check';
import { closeReason } from '../src/close-reason.ts';

test('a reason fits a close frame, whatever its characters take, and is cut between two of them', () => {
  expect(closeReason('short')).toBe('short');
  expect(closeReason('€'.repeat(60))).toBe('€'.repeat(41));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const reason = closeReason(text);
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
      expect(text.startsWith(reason)).toBe(true);
    }),
  );
});
