import { JambusError } from '@jambus/schema';
import fc from 'fast-check';
import {
  type AdapterFrame,
  adapterFrames,
  FrameBatch,
  type FrameReader,
  type GatewayFrame,
  gatewayFrames,
  type LinkFrame,
} from '../src/index.ts';

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
const counter = fc.integer({ min: 1 });
const counters = fc.array(counter, { maxLength: 5 });
const outcomesFrame: fc.Arbitrary<GatewayFrame> = fc.record(
  {
    t: fc.constant('outcomes' as const),
    held: counters,
    settled: counters,
    refused: fc.array(fc.tuple(counter, fc.constantFrom('expired' as const, 'duplicate' as const)), { maxLength: 3 }),
    returned: counters,
  },
  { requiredKeys: ['t'] },
);
const closedFrame: fc.Arbitrary<GatewayFrame> = fc.record({
  t: fc.constant('closed' as const),
  closing: counter,
  call: text,
  reason: fc.constantFrom('ended' as const, 'lost' as const, 'moved' as const),
  epoch: counter,
  sequence: fc.nat(),
  at: fc.nat(),
});
const commandFrame: fc.Arbitrary<AdapterFrame> = fc.record(
  {
    t: fc.constant('command' as const),
    n: counter,
    call: text,
    id: text,
    position: text,
    name: fc.string(),
    verbs: fc.array(fc.string(), { maxLength: 3 }),
    replaces: fc.boolean(),
    published: fc.nat(),
    expires: fc.nat(),
    overdue: fc.constant(true as const),
    appearBy: fc.nat(),
    ifsequence: fc.nat(),
    replyTo: fc.string(),
  },
  { requiredKeys: ['t', 'n', 'call', 'id', 'position', 'name', 'verbs', 'replaces', 'published', 'expires'] },
);
const helloFrame: fc.Arbitrary<AdapterFrame> = fc.record(
  {
    t: fc.constant('hello' as const),
    adapter: text,
    boot: text,
    gatewayBoot: fc.string(),
    received: fc.nat(),
    taken: fc.nat(),
    closings: fc.nat(),
    prefix: fc.constantFrom('jambonz', 'acme.eu'),
  },
  { requiredKeys: ['t', 'adapter', 'boot', 'gatewayBoot', 'received', 'taken', 'closings'] },
);
const withdrawFrame: fc.Arbitrary<AdapterFrame> = fc.record({ t: fc.constant('withdraw' as const), n: counters });
const bytes = fc.uint8Array({ maxLength: 300 });
const framed = fc.tuple(fc.oneof(eventFrame, outcomesFrame, closedFrame), bytes);
const adapterFramed = fc.tuple(fc.oneof(helloFrame, commandFrame, withdrawFrame), bytes);

type Framed<Frame> = readonly (readonly [Frame, Uint8Array])[];

function encode(frames: Framed<LinkFrame>): Buffer {
  const batch = new FrameBatch();
  for (const [frame, payload] of frames) batch.add(frame, payload);
  return batch.take();
}

function decodeWith<Frame extends LinkFrame>(reader: FrameReader<Frame>, message: Buffer): [Frame, number[]][] {
  const frames: [Frame, number[]][] = [];
  reader.read(message, (frame, payload) => frames.push([frame, [...payload]]));
  return frames;
}

const decode = (message: Buffer): [GatewayFrame, number[]][] => decodeWith(gatewayFrames, message);
const plain = (frames: Framed<LinkFrame>) =>
  frames.map(([frame, payload]) => [JSON.parse(JSON.stringify(frame)), [...payload]]);

describe('link codec', () => {
  test('gives back the frames and payload bytes that went in, in order', () => {
    fc.assert(
      fc.property(fc.array(framed, { maxLength: 20 }), (frames) => {
        expect(decode(encode(frames))).toEqual(plain(frames));
      }),
    );
    fc.assert(
      fc.property(fc.array(adapterFramed, { maxLength: 20 }), (frames) => {
        expect(decodeWith(adapterFrames, encode(frames))).toEqual(plain(frames));
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

  test.each(['', 'a b', 'a..b', 'a.>', 'a'.repeat(101)])(
    'refuses an adapter on a bus with the prefix "%s"',
    (prefix) => {
      const batch = new FrameBatch();
      const boots = { boot: 'b', gatewayBoot: '' };
      batch.add({ t: 'hello', adapter: 'a', ...boots, received: 0, taken: 0, closings: 0, prefix });
      expect(() => adapterFrames.read(batch.take(), () => {})).toThrow(/does not fit/);
    },
  );

  test('refuses a frame of the other direction', () => {
    const batch = new FrameBatch();
    batch.add({ t: 'taken', n: 1 });
    expect(() => decode(batch.take())).toThrow(/does not fit/);
  });
});
