import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { eventually, LONG_MS } from './driver-support.ts';
import { SESSION_MS, SHORT_SESSIONS } from './kafka-harness.ts';
import { type KafkaScene, openKafkaScene } from './kafka-scene.ts';
import { DONE, textOf } from './scene.ts';

const READER = fileURLToPath(new URL('../dist/conformance/kafka-reader.js', import.meta.url));

await describeWithKafka('an adapter on Kafka whose process is stopped', { version: 'newest' }, (kafka) => {
  let broker: KafkaBroker;
  let scene: KafkaScene;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    broker = await kafka.start({ properties: SHORT_SESSIONS });
    scene = await openKafkaScene(broker.port, 'stopped');
  }, LONG_MS);

  afterAll(async () => {
    child?.kill('SIGKILL');
    await scene.close();
    await broker.stop();
  }, LONG_MS);

  test(
    'for longer than its session hands nothing more to its handler when it goes on, and commits nothing',
    async () => {
      const topics = { partitions: 1 };
      const said: string[] = [];
      await scene.connect({ topics });
      child = spawn(process.execPath, [READER, String(broker.port), scene.names.prefix, String(SESSION_MS)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      if (child.stdout === null) throw new Error('the process says nothing');
      createInterface(child.stdout).on('line', (line) => said.push(line));
      await eventually(async () => {
        await scene.send('call', 'first');
        await sleep(50);
        expect(said).toContain('first');
      });
      await scene.noLag();
      await scene.send('waiting', 'again');
      await eventually(() => expect(said.filter((text) => text === 'again').length).toBeGreaterThan(2));

      child.kill('SIGSTOP');
      // The fetch that waits at the broker is answered with these, and the answer waits in the socket.
      await scene.send('call', 'second');
      const { handled } = scene.handle(await scene.connect({ topics }), async () => DONE);
      await eventually(() => expect(handled.map(textOf)).toEqual(['again', 'second']));
      await scene.noLag();
      await scene.send('call', 'third');
      await scene.noLag();
      const before = said.length;
      const committed = await scene.committed();

      child.kill('SIGCONT');
      await sleep(2 * SESSION_MS);
      expect(said.slice(before)).toEqual([]);
      expect(await scene.committed()).toEqual(committed);
      await scene.send('call', 'fourth');
      await eventually(() => expect(handled.map(textOf)).toEqual(['again', 'second', 'third', 'fourth']));
      child.stdin?.end();
      await once(child, 'exit');
    },
    LONG_MS,
  );
});
