import {
  type AdapterFrame,
  adapterFrames,
  FrameBatch,
  type GatewayFrame,
  gatewayFrames,
  type LinkFrame,
} from '@jambus/link';
import { JambusError } from '@jambus/schema';
import * as fc from 'fast-check';
import { fuzz } from './support/fuzz.ts';
import { ADAPTER_FRAMES, GATEWAY_FRAMES } from './support/link-frames.ts';
import { byteMutants, jsonMutants, oddJson } from './support/mutants.ts';

/** One message of frames as they are, but for what was done to their headers. */
function messages(frames: readonly object[]): fc.Arbitrary<Buffer> {
  const header = fc.oneof(
    { weight: 5, arbitrary: jsonMutants(frames) },
    oddJson.map((value) => JSON.stringify(value)),
  );
  const frame = fc.tuple(header, fc.uint8Array({ maxLength: 30 })).map(([text, payload]) => {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(Buffer.byteLength(text), 0);
    prefix.writeUInt32BE(payload.length, 4);
    return Buffer.concat([prefix, Buffer.from(text), payload]);
  });
  return fc.array(frame, { minLength: 1, maxLength: 4 }).map((all) => Buffer.concat(all));
}

/** The frames that have a compact form, and some that have none. */
function compactMessages(frames: readonly LinkFrame[]): fc.Arbitrary<Buffer> {
  const usual: readonly LinkFrame[] = [
    ...frames,
    {
      t: 'command',
      n: 1,
      call: 'c-1',
      id: 'log/0/1',
      position: 'log/0/1',
      name: 'redirect',
      verbs: ['v-1', 'v-2'],
      replaces: true,
      published: 1,
      expires: 2,
    },
  ];
  return fc.array(fc.constantFrom(...usual), { minLength: 1, maxLength: 4 }).map((all) => {
    const batch = new FrameBatch(true);
    for (const frame of all) batch.add(frame, Buffer.from('{}'));
    return batch.take();
  });
}

describe.each([
  ['an adapter', adapterFrames, ADAPTER_FRAMES],
  ['a gateway', gatewayFrames, GATEWAY_FRAMES],
] as const)('frames of %s', (_whose, reader, samples) => {
  test.each([false, true])('each sample is one, with compact headers: %s', (compact) => {
    const batch = new FrameBatch(compact);
    for (const frame of samples) batch.add(frame as AdapterFrame | GatewayFrame);
    const seen: object[] = [];
    reader.read(batch.take(), (frame) => seen.push(frame));
    expect(seen).toEqual(samples);
  });

  fuzz(
    'are read, or refused as a bad message',
    fc.oneof(
      { weight: 2, arbitrary: messages(samples) },
      byteMutants(messages(samples)),
      byteMutants(compactMessages(samples as readonly LinkFrame[])),
      fc.uint8Array({ maxLength: 64 }),
    ),
    { inputs: 5_000 },
    (bytes) => {
      let payloads = 0;
      try {
        reader.read(Buffer.from(bytes), (frame, payload) => {
          expect(typeof frame.t).toBe('string');
          payloads += payload.length;
        });
      } catch (error) {
        if (!(error instanceof JambusError) || error.code !== 'bad_message') throw error;
        expect(error.message.length).toBeLessThan(1_000);
      }
      expect(payloads).toBeLessThanOrEqual(bytes.length);
    },
  );
});
