import fc from 'fast-check';
import { adapterFrames, FrameBatch, type GatewayFrame, gatewayFrames, JambusError } from '../../src/index.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });

const eventFrame: fc.Arbitrary<GatewayFrame> = fc.record(
  {
    t: fc.constant('event' as const),
    n: fc.integer({ min: 1 }),
    call: text,
    epoch: fc.integer({ min: 1 }),
    sequence: fc.integer({ min: 1 }),
    type: text,
    time: fc.nat(),
    application: fc.string(),
    causation: text,
  },
  { requiredKeys: ['t', 'n', 'call', 'epoch', 'sequence', 'type', 'time', 'application'] },
);
const outcomeFrame: fc.Arbitrary<GatewayFrame> = fc.record({
  t: fc.constant('outcome' as const),
  n: fc.integer({ min: 1 }),
  status: fc.constantFrom('delivered' as const, 'returned' as const),
});
const framed = fc.tuple(fc.oneof(eventFrame, outcomeFrame), fc.uint8Array({ maxLength: 300 }));

function encode(frames: readonly (readonly [GatewayFrame, Uint8Array])[]): Buffer {
  const batch = new FrameBatch();
  for (const [frame, payload] of frames) batch.add(frame, payload);
  return batch.take();
}

function decode(message: Buffer): [GatewayFrame, number[]][] {
  const frames: [GatewayFrame, number[]][] = [];
  gatewayFrames.read(message, (frame, payload) => frames.push([frame, [...payload]]));
  return frames;
}

describe('link codec', () => {
  test('gives back the frames and payload bytes that went in, in order', () => {
    fc.assert(
      fc.property(fc.array(framed, { maxLength: 20 }), (frames) => {
        const expected = frames.map(([frame, payload]) => [JSON.parse(JSON.stringify(frame)), [...payload]]);
        expect(decode(encode(frames))).toEqual(expected);
      }),
    );
  });

  test('refuses a message that is cut short anywhere but between two frames', () => {
    fc.assert(
      fc.property(framed, framed, fc.nat(), (first, second, at) => {
        const whole = encode([first, second]);
        const cut = at % whole.length;
        if (cut === 0 || cut === encode([first]).length) return;
        expect(() => decode(whole.subarray(0, cut))).toThrow(JambusError);
      }),
    );
  });

  test('answers arbitrary bytes with frames or a JambusError, never with anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          adapterFrames.read(Buffer.from(bytes), () => {});
        } catch (error) {
          expect(error).toBeInstanceOf(JambusError);
          expect((error as JambusError).code).toBe('bad_message');
        }
      }),
      { numRuns: 500 },
    );
  });

  test('refuses a header that claims more bytes than there are, whatever it claims', () => {
    const huge = Buffer.alloc(16);
    huge.writeUInt32BE(0xffffffff, 0);
    expect(() => decode(huge)).toThrow(/cut short/);
  });

  test('refuses a frame of the other direction', () => {
    const batch = new FrameBatch();
    batch.add({ t: 'hello', adapter: 'a' });
    expect(() => decode(batch.take())).toThrow(/does not fit/);
  });
});
