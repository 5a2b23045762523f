import { setTimeout as sleep } from 'node:timers/promises';
import { callSids, DONE, leftBehind, numbers, type Scene, textOf, textsOf } from '../scene.ts';
import type { DeclareCase } from './case.ts';

const WARM_UP = 'warm-up';

export function sharingCases(declare: DeclareCase): void {
  const inScene: DeclareCase = (sentence, run) => declare(sentence, run, 'sharing');

  inScene('two adapters share the calls, and no command is handled by both', async (scene) => {
    const atWork = new Set<string | undefined>();
    const collisions: string[] = [];
    const handler = async ({ callSid, position }: { callSid: string | undefined; position: string }) => {
      if (atWork.has(callSid)) collisions.push(position);
      atWork.add(callSid);
      await sleep(1);
      atWork.delete(callSid);
      return DONE;
    };
    const adapters = [await scene.adapter(handler), await scene.adapter(handler)];
    await untilShared(scene, adapters);

    collisions.length = 0;
    const calls = callSids(20);
    for (const text of numbers(5)) await Promise.all(calls.map((callSid) => scene.send(callSid, text)));
    const work = () => adapters.map(({ handled }) => handled.filter((record) => textOf(record) !== WARM_UP));
    await scene.eventually(() => expect(work().flat()).toHaveLength(100));
    for (const callSid of calls) expect(textsOf(callSid, work().flat())).toEqual(numbers(5));
    expect(work().map(({ length }) => length > 0)).toEqual([true, true]);
    expect(collisions).toEqual([]);
  });

  inScene('when one adapter stops, the other takes over its calls where it left off', async (scene) => {
    const adapters = [await scene.adapter(async () => DONE), await scene.adapter(async () => DONE)] as const;
    await untilShared(scene, adapters);
    await adapters[0].stop();
    await takesOverAll(scene, adapters[1]);
    const seen = adapters.flatMap(({ handled }) => handled).filter((record) => textOf(record) !== WARM_UP);
    expect(seen).toHaveLength(40);
  });

  inScene('a partition that is given up is read on by the next adapter, in order and without loss', async (scene) => {
    const calls = callSids(20);
    // The first command of each call waits until its partition is given up, and those behind it wait with it.
    const first = await scene.adapter(async (record, signal) => (textOf(record) === '0' ? leftBehind(signal) : DONE));
    for (const text of numbers(4)) for (const callSid of calls) await scene.send(callSid, text);
    await scene.eventually(() => expect(first.handled.map(textOf)).toEqual(Array(20).fill('0')));

    const second = await scene.adapter(async () => DONE);
    const moved = () => calls.filter((callSid) => textsOf(callSid, second.handled).length > 0);
    await scene.eventually(() => expect(moved().length).toBeGreaterThan(0));
    await first.stop();
    await scene.eventually(() => expect(moved()).toHaveLength(20));
    await scene.eventually(() => {
      for (const callSid of calls) expect(textsOf(callSid, second.handled).at(-1)).toBe('3');
    });
    for (const callSid of calls) expect(textsOf(callSid, second.handled)).toEqual(numbers(4));
  });

  inScene('commands that come while adapters come and go are handled in order and without loss', async (scene) => {
    const calls = callSids(10);
    const adapters = [await scene.adapter(async () => DONE)];
    let sent = 0;
    const sendOn = async (count: number) => {
      for (let n = 0; n < count; n++, sent++) for (const callSid of calls) await scene.send(callSid, String(sent));
    };
    await sendOn(3);
    for (let change = 0; change < 3; change++) {
      const joining = scene.adapter(async () => DONE);
      await sendOn(5);
      adapters.push(await joining);
      const leaving = adapters[change]?.stop();
      await sendOn(5);
      await leaving;
    }
    const records = () => adapters.flatMap(({ handled }) => handled);
    await scene.eventually(() => {
      for (const callSid of calls) expect(new Set(textsOf(callSid, records())).size).toBe(sent);
    });
    // A record may come again to the next adapter, but each adapter has them in order.
    for (const { handled } of adapters) {
      for (const callSid of calls) {
        const seen = textsOf(callSid, handled).map(Number);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
      }
    }
  });

  inScene('when one adapter dies, the other takes over its calls with all that was unfinished', async (scene) => {
    const first = await scene.adapter(async (record, signal) =>
      textOf(record) === WARM_UP ? DONE : leftBehind(signal),
    );
    const second = await scene.adapter(async () => DONE);
    await untilShared(scene, [first, second]);
    const calls = callSids(20);
    for (const callSid of calls) await scene.send(callSid, 'unfinished');
    await scene.eventually(() => {
      expect(first.handled.map(textOf)).toContain('unfinished');
      expect(first.handled.length + second.handled.length).toBeGreaterThanOrEqual(20);
    });
    await first.kill();
    await scene.eventually(() => {
      for (const callSid of calls) expect(textsOf(callSid, second.handled)).toContain('unfinished');
    });
    await takesOverAll(scene, second);
  });
}

/** Sends to many calls until each adapter has handled some of them, which is when the partitions have settled. */
async function untilShared(scene: Scene, adapters: readonly { readonly handled: readonly unknown[] }[]): Promise<void> {
  const until = performance.now() + scene.harness.patienceMs;
  while (adapters.some(({ handled }) => handled.length === 0) && performance.now() < until) {
    await Promise.all(callSids(20).map((callSid) => scene.send(`${WARM_UP}-${callSid}`, WARM_UP)));
    await sleep(20);
  }
  for (const { handled } of adapters) expect(handled).not.toHaveLength(0);
}

async function takesOverAll(scene: Scene, adapter: Parameters<typeof untilShared>[1][number]): Promise<void> {
  const calls = callSids(20).map((callSid) => `taken-over-${callSid}`);
  for (const text of numbers(2)) for (const callSid of calls) await scene.send(callSid, text);
  const handled = adapter.handled as readonly { callSid: string | undefined; payload: Uint8Array }[];
  await scene.eventually(() => {
    for (const callSid of calls) expect(textsOf(callSid, handled)).toEqual(numbers(2));
  });
}
