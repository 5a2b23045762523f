import { setTimeout as sleep } from 'node:timers/promises';
import { callSids, DONE, leftBehind, numbers, textOf, textsOf } from '../scene.ts';
import type { DeclareCase } from './case.ts';

export function orderCases(inScene: DeclareCase): void {
  inScene('commands of a call are handled in bus order, one at a time, while other calls run', async (scene) => {
    const calls = callSids(12);
    const busy = new Map<string | undefined, number>();
    let mostOfOneCall = 0;
    let mostCalls = 0;
    const adapter = await scene.adapter(async ({ callSid }) => {
      const ofCall = (busy.get(callSid) ?? 0) + 1;
      busy.set(callSid, ofCall);
      mostOfOneCall = Math.max(mostOfOneCall, ofCall);
      mostCalls = Math.max(mostCalls, [...busy.values()].filter((count) => count > 0).length);
      await sleep(Math.random() * 4);
      busy.set(callSid, ofCall - 1);
      return DONE;
    });
    for (const text of numbers(10)) await Promise.all(calls.map((callSid) => scene.send(callSid, text)));

    await scene.eventually(() => expect(adapter.handled).toHaveLength(120));
    for (const callSid of calls) expect(textsOf(callSid, adapter.handled)).toEqual(numbers(10));
    expect(mostOfOneCall).toBe(1);
    expect(mostCalls).toBeGreaterThan(1);
  });

  inScene('a call whose handler does not come back holds up no other call', async (scene) => {
    const adapter = await scene.adapter(async ({ callSid }, signal) =>
      callSid === 'stuck' ? leftBehind(signal) : DONE,
    );
    await scene.send('stuck', '0');
    await scene.send('stuck', '1');
    const calls = callSids(10);
    for (const callSid of calls) await scene.send(callSid, 'text');

    await scene.eventually(() => {
      for (const callSid of [...calls, 'stuck']) expect(textsOf(callSid, adapter.handled)).toHaveLength(1);
    });
  });

  inScene('a retried command comes again first of its call, unchanged, and holds up no other call', async (scene) => {
    const others = callSids(5);
    let failures = 0;
    let handledOthers = 0;
    const adapter = await scene.adapter(async (record) => {
      if (record.callSid !== 'away') handledOthers++;
      // However long it takes until the others have been sent.
      const isAway = textOf(record) === 'not yet' && (failures < 3 || handledOthers < others.length);
      if (!isAway) return DONE;
      failures++;
      return { kind: 'retry', afterMs: 20, reason: 'call is away' };
    });
    await scene.send('away', 'not yet', { id: 'command-1' });
    await scene.send('away', 'after it');
    for (const callSid of others) await scene.send(callSid, 'text');

    await scene.eventually(() => expect(adapter.handled.map(textOf)).toContain('after it'));
    const ofAway = adapter.handled.filter(({ callSid }) => callSid === 'away');
    const retried = ofAway.slice(0, -1);
    expect(retried.map(textOf)).toEqual(Array.from({ length: failures + 1 }, () => 'not yet'));
    expect(ofAway.map(textOf).at(-1)).toBe('after it');
    expect(new Set(retried.map(({ position }) => position)).size).toBe(1);
    expect(retried.at(-1)?.attributes).toEqual(ofAway[0]?.attributes);
    const lastOther = adapter.handled.findLastIndex(({ callSid }) => callSid !== 'away');
    expect(lastOther).toBeLessThan(adapter.handled.findIndex((record) => textOf(record) === 'after it'));
  });
}
