import { type HookKind, JambusError } from '@jambus/schema';
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

const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });
const text = fc.string({
  unit: fc.oneof({ weight: 30, arbitrary: fc.constant('a') }, fc.constant('é')),
  minLength: 1,
  maxLength: 40,
});
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
    reset: fc.constant(true as const),
    causation: text,
    result: fc.record(
      {
        command: text,
        verb: fc.string(),
        status: fc.constantFrom('started', 'finished', 'failed'),
        detail: fc.string(),
      },
      { requiredKeys: ['command', 'verb', 'status'] },
    ),
    decided: fc.string(),
    traceparent: fc.string(),
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
const deliveredFrame: fc.Arbitrary<GatewayFrame> = fc
  .array(fc.tuple(counter, fc.nat()), { maxLength: 5 })
  .map((all): GatewayFrame => ({ t: 'delivered', n: 7, commands: all.map(([n]) => n), at: all.map(([, at]) => at) }));
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
    msgid: fc.string(),
    verbs: fc.array(fc.string(), { maxLength: 3 }),
    hooks: fc.array(fc.tuple(text, fc.constant('actionHook' as HookKind)), { maxLength: 2 }),
    replaces: fc.boolean(),
    terminalOnly: fc.constant(true as const),
    warning: fc.string(),
    published: fc.nat(),
    expires: fc.nat(),
    overdue: fc.constant(true as const),
    after: fc.nat(),
    appearBy: fc.nat(),
    ifverbid: text,
    ifsequence: fc.nat(),
    replyTo: fc.string(),
    traceparent: text,
    resultTrace: fc.record({ traceparent: text }),
  },
  { requiredKeys: ['t', 'n', 'call', 'id', 'position', 'name', 'verbs', 'replaces', 'published', 'expires'] },
);
/** As nearly all are. */
const plainCommandFrame: fc.Arbitrary<AdapterFrame> = fc.record(
  {
    t: fc.constant('command' as const),
    n: counter,
    call: text,
    id: fc.oneof(text, fc.constant('log/0/1')),
    position: fc.constant('log/0/1'),
    name: ascii,
    verbs: fc.array(ascii, { maxLength: 4 }),
    replaces: fc.boolean(),
    terminalOnly: fc.constant(true as const),
    published: fc.double({ noNaN: true, noDefaultInfinity: true }).map((ms) => ms + 0),
    expires: fc.nat(),
  },
  { requiredKeys: ['t', 'n', 'call', 'id', 'position', 'name', 'verbs', 'replaces', 'published', 'expires'] },
);
const takenFrame: fc.Arbitrary<AdapterFrame> = counter.map((n) => ({ t: 'taken', n }));
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
const framed = fc.tuple(fc.oneof(eventFrame, deliveredFrame, outcomesFrame, closedFrame), bytes);
const adapterFramed = fc.tuple(fc.oneof(helloFrame, commandFrame, plainCommandFrame, takenFrame, withdrawFrame), bytes);

type Framed<Frame> = readonly (readonly [Frame, Uint8Array])[];

function encode(frames: Framed<LinkFrame>, compact = false): Buffer {
  const batch = new FrameBatch(compact);
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

  test('says the same in compact headers as in JSON', () => {
    fc.assert(
      fc.property(fc.array(framed, { maxLength: 20 }), (frames) => {
        expect(decode(encode(frames, true))).toStrictEqual(decode(encode(frames)));
      }),
    );
    fc.assert(
      fc.property(fc.array(adapterFramed, { maxLength: 20 }), (frames) => {
        expect(decodeWith(adapterFrames, encode(frames, true))).toStrictEqual(
          decodeWith(adapterFrames, encode(frames)),
        );
      }),
    );
  });

  test('takes lists and texts that are too long for a compact header', () => {
    const many = Array.from({ length: 1_001 }, (_, n) => n + 1);
    const delivered: GatewayFrame = { t: 'delivered', n: 1, commands: many, at: many };
    expect(decode(encode([[delivered, new Uint8Array(0)]], true))).toEqual([[delivered, []]]);
    const [command] = fc.sample(plainCommandFrame, 1) as [AdapterFrame];
    const long = [
      { ...command, verbs: Array.from({ length: 256 }, () => 'v') },
      { ...command, verbs: ['v'.repeat(70_000)] },
      { ...command, name: 'n'.repeat(70_000) },
    ] as AdapterFrame[];
    const frames = long.map((frame) => [frame, new Uint8Array(0)] as const);
    expect(decodeWith(adapterFrames, encode(frames, true))).toEqual(plain(frames));
  });

  test('leaves a message as it is while the next ones are written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(framed, { maxLength: 3 }), { maxLength: 20 }),
        fc.boolean(),
        (messages, compact) => {
          const batch = new FrameBatch(compact);
          const taken = messages.map((frames) => {
            for (const [frame, payload] of frames) batch.add(frame, payload);
            return batch.take();
          });
          expect(taken.map(decode)).toEqual(messages.map((frames) => decode(encode(frames, compact))));
        },
      ),
    );
  });

  test('takes frames of any size, whatever was written before', () => {
    const batch = new FrameBatch(true);
    const sizes = [0, 70_000, 1, 300_000, 130_000, 0, 5_000_000];
    for (const size of sizes) batch.add({ t: 'relay', call: 'c' }, Buffer.alloc(size, size % 251));
    const seen: Buffer[] = [];
    gatewayFrames.read(batch.take(), (_frame, payload) => seen.push(payload));
    expect(seen.map((payload, n) => payload.equals(Buffer.alloc(sizes[n] ?? 0, (sizes[n] ?? 0) % 251)))).toEqual(
      sizes.map(() => true),
    );
    expect(seen).toHaveLength(sizes.length);
  });

  test('refuses a compact header that is cut short or altered, or reads a frame that JSON can say', () => {
    const compact = fc.oneof(eventFrame, deliveredFrame).map((frame) => encode([[frame, new Uint8Array(0)]], true));
    const altered = fc.tuple(compact, fc.nat(), fc.nat(255), fc.nat(9)).map(([message, at, byte, cut]) => {
      const header = Buffer.from(message.subarray(8, Math.max(9, message.length - cut)));
      header[at % header.length] = byte;
      const prefix = Buffer.alloc(8);
      prefix.writeUInt32BE(header.length, 0);
      return Buffer.concat([prefix, header]);
    });
    fc.assert(
      fc.property(altered, (message) => {
        try {
          const frames = decode(message);
          expect(decode(encode(frames.map(([frame]) => [frame, new Uint8Array(0)])))).toEqual(frames);
        } catch (error) {
          expect(error).toMatchObject({ name: 'JambusError', code: 'bad_message' });
        }
      }),
      { numRuns: 2_000 },
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
