import fc from 'fast-check';
import { placeOf } from '../../../../src/drivers/nats/connection/place.ts';

const token = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
const number = fc.nat({ max: 1_000_000_000 });
const place = fc.record({ sequence: number, delivery: number, storedAt: number, pending: number });

test('the place of a delivery is read from both forms of its reply subject', () => {
  fc.assert(
    fc.property(place, fc.nat({ max: 999_999 }), token, token, token, (expected, nanos, stream, domain, random) => {
      const { sequence, delivery, storedAt, pending } = expected;
      // A server of these days has 13 digits of milliseconds.
      const ms = 1_700_000_000_000 + storedAt;
      const ns = `${ms}${String(nanos).padStart(6, '0')}`;
      const numbers = `${stream}.consumer.1.${sequence}.${delivery}.${ns}.${pending}`;
      const found = { ...expected, storedAt: ms };
      expect(placeOf(`$JS.ACK.${numbers}`)).toEqual(found);
      expect(placeOf(`$JS.ACK.${domain}.account.${numbers}.${random}`)).toEqual(found);
      expect(placeOf(`$JS.ACK.${numbers}x`)).toBeUndefined();
      expect(placeOf(`$JS.ACK.${numbers.replace('.1.', '.1..')}`)).toBeUndefined();
    }),
  );
});

test.each([undefined, '', '_INBOX.a.1', '$JS.ACK', '$JS.ACK.', '$JS.ACK.a.b.1', '$JS.ACK.a.b.1.2.3..4'])(
  'a message that came from no stream has no place: %s',
  (reply) => {
    expect(placeOf(reply)).toBeUndefined();
  },
);
