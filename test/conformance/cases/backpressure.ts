import { setTimeout as sleep } from 'node:timers/promises';
import { callSids, DONE, holdingHandler, leftBehind, textsOf } from '../scene.ts';
import type { DeclareCase } from './case.ts';

export function backpressureCases(inScene: DeclareCase): void {
  inScene('no more records are unfinished than the window allows, and all are handled in the end', async (scene) => {
    const bound = 3 * scene.harness.partitions;
    const held = holdingHandler();
    const adapter = await scene.adapter(held.handler, { maxUnfinished: 3 });
    const calls = callSids(25 * scene.harness.partitions);
    await Promise.all(calls.map((callSid) => scene.send(callSid, 'text')));
    await scene.eventually(() => expect(adapter.handled).toHaveLength(bound));
    // Whatever would come in spite of the window has the time to.
    await sleep(50);
    expect(adapter.handled).toHaveLength(bound);

    held.release();
    await scene.eventually(() => expect(adapter.handled).toHaveLength(calls.length));
    expect(new Set(adapter.handled.map(({ callSid }) => callSid)).size).toBe(calls.length);
  });

  inScene('a call with many waiting commands leaves room for others once it goes on', async (scene) => {
    let away = true;
    const adapter = await scene.adapter(
      async ({ callSid }) => (callSid === 'away' && away ? { kind: 'retry', afterMs: 5, reason: 'away' } : DONE),
      { maxUnfinished: 4 },
    );
    for (let n = 0; n < 20; n++) await scene.send('away', String(n));
    await scene.eventually(() => expect(adapter.handled.length).toBeGreaterThan(2));
    away = false;
    for (const callSid of callSids(5)) await scene.send(callSid, 'text');
    await scene.eventually(() => {
      expect(textsOf('away', adapter.handled).at(-1)).toBe('19');
      for (const callSid of callSids(5)) expect(textsOf(callSid, adapter.handled)).toEqual(['text']);
    });
  });

  inScene('a stop is not held up by a full window', async (scene) => {
    const adapter = await scene.adapter((_record, signal) => leftBehind(signal), { maxUnfinished: 1 });
    for (const callSid of callSids(20)) await scene.send(callSid, 'text');
    await scene.eventually(() => expect(adapter.handled.length).toBeGreaterThan(0));
    await adapter.stop();

    const second = await scene.adapter(async () => DONE);
    await scene.eventually(() => expect(new Set(second.handled.map(({ callSid }) => callSid)).size).toBe(20));
  });
}
