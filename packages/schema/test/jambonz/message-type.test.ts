import * as fc from 'fast-check';
import { isMessageType, JAMBONZ_MESSAGES, MAX_MESSAGE_TYPE_BYTES } from '../../src/jambonz/index.ts';

test.each([...Object.keys(JAMBONZ_MESSAGES), 'brand:new', 'a', 'nächste:nachricht', 'with blanks', '日本語'])(
  '%s may be the type of a message',
  (type) => {
    expect(isMessageType(type)).toBe(true);
  },
);

test.each(['', 'a\nb', 'a\rb', 'a\tb', '\u0000', 'a\u007f', 'a\u0085b', 'a\u2028b', 'a\u2029b', 'a\ud800', '\udc00a'])(
  '%j may not',
  (type) => {
    expect(isMessageType(type)).toBe(false);
  },
);

test('the bound counts bytes, not characters', () => {
  expect(isMessageType('x'.repeat(MAX_MESSAGE_TYPE_BYTES))).toBe(true);
  expect(isMessageType('x'.repeat(MAX_MESSAGE_TYPE_BYTES + 1))).toBe(false);
  expect(isMessageType('é'.repeat(MAX_MESSAGE_TYPE_BYTES / 2))).toBe(true);
  expect(isMessageType(`${'é'.repeat(MAX_MESSAGE_TYPE_BYTES / 2)}x`)).toBe(false);
  expect(isMessageType('😀'.repeat(MAX_MESSAGE_TYPE_BYTES / 4))).toBe(true);
});

test('an accepted type comes back from UTF-8 as it was, within the bound', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (type) => {
      if (!isMessageType(type)) return;
      const bytes = new TextEncoder().encode(type);
      expect(bytes.length).toBeLessThanOrEqual(MAX_MESSAGE_TYPE_BYTES);
      expect(new TextDecoder().decode(bytes)).toBe(type.replace(/^\ufeff/, ''));
    }),
  );
});
