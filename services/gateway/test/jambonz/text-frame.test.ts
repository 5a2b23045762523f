import fc from 'fast-check';
import { MOST_FRAMED_BYTES, textFrame } from '../../src/jambonz/text-frame.ts';
import { socketPair, until } from './socket-pair.ts';

describe('messages to jambonz', () => {
  test('arrive as they are and in their order, whatever their sizes are', async () => {
    const { near, arrived } = await socketPair();
    const around = (bytes: number) => fc.integer({ min: Math.max(1, bytes - 2), max: bytes + 2 });
    const size = fc.oneof(around(1), around(125), around(MOST_FRAMED_BYTES), around(65_535), fc.nat(10_000));
    const sent = fc
      .sample(size, { numRuns: 300, seed: 1 })
      .map((bytes, n) => `${n}${'é'.repeat(bytes)}`.slice(0, bytes));
    for (const message of sent) {
      expect(near.send(Buffer.from(message), () => {})).not.toBe('closed');
      while (near.bufferedBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => arrived.length >= sent.length);
    expect(arrived).toEqual(sent);
  });

  test('are whole frames, which come behind what ws has to say', async () => {
    const { near, ws, arrived, peer } = await socketPair();
    const heard: string[] = [];
    peer.on('message', (data) => heard.push(String(data)));
    peer.on('ping', (data) => heard.push(`ping ${data}`));
    ws.ping('1');
    near.send(Buffer.from('a'), () => {});
    near.send(Buffer.alloc(MOST_FRAMED_BYTES + 1, 'b'), () => {});
    near.send(Buffer.from('c'), () => {});
    ws.ping('2');
    await until(() => heard.length === 5);
    expect(heard.map((text) => text.slice(0, 6))).toEqual(['ping 1', 'a', 'bbbbbb', 'c', 'ping 2']);
    expect(arrived).toHaveLength(3);
    expect(textFrame(Buffer.from('a'))).toEqual(Buffer.from([0x81, 1, 0x61]));
  });

  test('go through ws where it has more to do than to frame them', async () => {
    const { near, arrived } = await socketPair({ perMessageDeflate: true });
    const sent = Array.from({ length: 50 }, (_, n) => `${n}${'x'.repeat(n % 2 === 0 ? 2 * MOST_FRAMED_BYTES : 10)}`);
    for (const message of sent) near.send(Buffer.from(message), () => {});
    await until(() => arrived.length === sent.length);
    expect(arrived).toEqual(sent);
  });
});
