import { DONE, textOf } from '../scene.ts';
import type { DeclareCase } from './case.ts';

const MINUTE_MS = 60_000;

export function recordCases(inScene: DeclareCase): void {
  inScene('attributes arrive as they were sent: trace context, extensions and letters of any script', async (scene) => {
    const adapter = await scene.adapter(async () => DONE);
    const attributes = {
      specversion: '1.0',
      id: 'command-1',
      source: '/booking',
      type: 'jambonz.command',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'vendor=value',
      'content-type': 'application/json',
      customer: 'Zoë – 顧客 – 🙂',
    };
    await scene.send('call', '{"text":"naïve – 顧客"}', attributes);

    await scene.eventually(() => expect(adapter.handled).toHaveLength(1));
    expect(adapter.handled[0]?.attributes).toMatchObject(attributes);
    expect(textOf(adapter.handled[0] ?? { payload: new Uint8Array() })).toBe('{"text":"naïve – 顧客"}');
  });

  inScene('a record without headers is handled, and knows when the broker took it', async (scene) => {
    const adapter = await scene.adapter(async () => DONE);
    const before = Date.now();
    await scene.harness.produce({ callSid: 'call', attributes: undefined, payload: new TextEncoder().encode('{}') });

    await scene.eventually(() => expect(adapter.handled).toHaveLength(1));
    expect(adapter.handled[0]).toMatchObject({ callSid: 'call', attributes: {} });
    // Clocks of brokers differ a little from ours.
    expect(Math.abs((adapter.handled[0]?.publishedAt ?? 0) - before)).toBeLessThan(MINUTE_MS);
  });

  inScene('payloads of any size and any bytes arrive as they were sent', async (scene) => {
    const adapter = await scene.adapter(async () => DONE);
    const payloads = [0, 1, 24 * 1024, 700 * 1024].map((size) => Uint8Array.from({ length: size }, (_, n) => n * 7));
    for (const payload of payloads) await scene.harness.produce({ callSid: 'call', attributes: {}, payload });

    await scene.eventually(() => expect(adapter.handled).toHaveLength(payloads.length));
    const same = adapter.handled.map(({ payload }, index) => Buffer.compare(payload, payloads[index] ?? payload) === 0);
    expect(same).toEqual([true, true, true, true]);
  });

  inScene('every record has a position of its own', async (scene) => {
    const adapter = await scene.adapter(async () => DONE);
    for (let n = 0; n < 30; n++) await scene.send(`call-${n % 7}`, 'the same text', { id: 'the same id' });

    await scene.eventually(() => expect(adapter.handled).toHaveLength(30));
    const positions = adapter.handled.map(({ position }) => position);
    expect(new Set(positions).size).toBe(30);
    expect(positions).toEqual(positions.map(() => expect.stringMatching(/^[^/]+\/\d+\/\d+$/)));
  });
}
