import { callSids, DONE, holdingHandler, leftBehind, numbers, textOf, textsOf } from '../scene.ts';
import type { DeclareCase } from './case.ts';

export function recoveryCases(inScene: DeclareCase): void {
  inScene('commands that came before any adapter are handled by the first', async (scene) => {
    for (const text of numbers(5)) await scene.send('call', text);
    const adapter = await scene.adapter(async () => DONE);
    await scene.eventually(() => expect(textsOf('call', adapter.handled)).toEqual(numbers(5)));
  });

  inScene('after a crash all that was not finished comes again, in order, at the same positions', async (scene) => {
    const calls = callSids(8);
    const first = await scene.adapter(async (record, signal) =>
      Number(textOf(record)) < 2 ? DONE : leftBehind(signal),
    );
    for (const text of numbers(5)) for (const callSid of calls) await scene.send(callSid, text);
    await scene.eventually(() => expect(first.handled).toHaveLength(8 * 3));
    await first.kill();

    const second = await scene.adapter(async () => DONE);
    await scene.eventually(() => {
      for (const callSid of calls) expect(textsOf(callSid, second.handled).slice(-3)).toEqual(['2', '3', '4']);
    });
    for (const callSid of calls) {
      const again = textsOf(callSid, second.handled);
      expect(again).toEqual(numbers(5).slice(5 - again.length));
    }
    const positionOf = new Map(first.handled.map((record) => [`${record.callSid} ${textOf(record)}`, record.position]));
    for (const record of second.handled) {
      const before = positionOf.get(`${record.callSid} ${textOf(record)}`);
      expect(record.position).toBe(before ?? record.position);
    }
  });

  inScene('a slow command at the front is not lost by finishing everything behind it', async (scene) => {
    const first = await scene.adapter(async ({ callSid }, signal) => (callSid === 'slow' ? leftBehind(signal) : DONE));
    await scene.send('slow', 'the slow one');
    const calls = callSids(20);
    for (const callSid of calls) await scene.send(callSid, 'quick');
    await scene.eventually(() => expect(first.handled).toHaveLength(21));
    await first.stop();

    const second = await scene.adapter(async () => DONE);
    await scene.eventually(() => expect(textsOf('slow', second.handled)).toEqual(['the slow one']));
  });

  inScene('a stop lets running handlers finish and commits them: none of it comes again', async (scene) => {
    const started: string[] = [];
    const first = await scene.adapter(async (record, signal) => {
      started.push(textOf(record));
      if (textOf(record) === 'running') await leftBehind(signal);
      return DONE;
    });
    const calls = callSids(6);
    for (const callSid of calls) {
      await scene.send(callSid, 'finished');
      await scene.send(callSid, 'running');
    }
    await scene.eventually(() => expect(started.filter((text) => text === 'running')).toHaveLength(6));
    await first.stop();

    for (const callSid of calls) await scene.send(callSid, 'new');
    const second = await scene.adapter(async () => DONE);
    await scene.eventually(() => expect(second.handled).toHaveLength(6));
    expect(second.handled.map(textOf)).toEqual(Array(6).fill('new'));
  });

  inScene('a stop starts nothing more, and leaves what waits for a retry to the next adapter', async (scene) => {
    const first = await scene.adapter(async () => ({ kind: 'retry', afterMs: 3_600_000, reason: 'call is away' }));
    await scene.send('call', 'waiting');
    await scene.send('call', 'behind it');
    await scene.eventually(() => expect(first.handled).toHaveLength(1));
    await first.stop();
    expect(first.handled).toHaveLength(1);

    const second = await scene.adapter(async () => DONE);
    await scene.eventually(() => expect(textsOf('call', second.handled)).toEqual(['waiting', 'behind it']));
  });

  inScene('a bus that closes lets running handlers finish, with what they publish', async (scene) => {
    const results = scene.collect('results');
    const bus = await scene.publisher();
    let started = false;
    const running = bus.commands.run(async (record, signal) => {
      started = true;
      await leftBehind(signal);
      const { attributes, payload } = record;
      await bus.sink.publish([{ channel: 'results', callSid: 'call', type: 'delivered', attributes, payload }]);
      return DONE;
    }, new AbortController().signal);
    await scene.send('call', 'running', { id: 'command-1' });
    await scene.eventually(() => expect(started).toBe(true));
    await bus.close();
    await running;
    await scene.eventually(() => expect(results.map(textOf)).toEqual(['running']));

    await scene.send('call', 'new');
    const second = await scene.adapter(async () => DONE);
    await scene.eventually(() => expect(second.handled.map(textOf)).toEqual(['new']));
  });

  inScene('a closed bus is not healthy, handles nothing more and closes again without harm', async (scene) => {
    const held = holdingHandler();
    const adapter = await scene.adapter(held.handler);
    expect(adapter.bus.healthy()).toBe(true);
    await scene.send('call', 'text');
    await scene.eventually(() => expect(adapter.handled).toHaveLength(1));
    await adapter.bus.close();
    expect(adapter.bus.healthy()).toBe(false);
    await scene.send('call', 'late');
    await adapter.bus.close();
    expect(adapter.handled).toHaveLength(1);
  });
}
