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
