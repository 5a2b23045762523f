import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { eventually, LONG_MS } from './driver-support.ts';
import { SHORT_SESSIONS } from './kafka-harness.ts';
import { type KafkaScene, openKafkaScene } from './kafka-scene.ts';

/** What a topic takes unless it is set otherwise. */
const MAX_MESSAGE_BYTES = 1_048_588;

// A record of just the size that the topic takes is too large with our attributes on top.
await describeWithKafka('records near the limit of Kafka', { version: 'newest' }, (kafka) => {
  let broker: KafkaBroker;
  let scene: KafkaScene;
  let cases = 0;

  beforeAll(async () => {
    broker = await kafka.start({ properties: SHORT_SESSIONS });
  }, LONG_MS);

  beforeEach(async () => {
    scene = await openKafkaScene(broker.port, `large-${++cases}`);
  }, LONG_MS);

  afterEach(() => scene.close(), LONG_MS);

  afterAll(() => broker.stop());

  test(
    'are in the dead letters, each once and as far as it fits, and the partition goes on',
    async () => {
      // A member that takes long over the largest of them is not taken for dead.
      const bus = await scene.connect({ sessionMs: 30_000 });
      const { handled } = scene.handle(bus, async ({ callSid }) =>
        callSid === 'good' ? { kind: 'done' } : { kind: 'dead-letter', reason: 'invalid', detail: 'nonsense' },
      );
      const large = MAX_MESSAGE_BYTES - 120;
      const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`ce_x${n}`, 'v'.repeat(30)]));
      await scene.send('body', `{${'b'.repeat(large)}`);
      await scene.send('header', '{', { ce_big: 'h'.repeat(large) });
      await scene.send('both', `{${'b'.repeat(large / 2)}`, { ce_big: 'h'.repeat(large / 2 - 100) });
      await scene.send('many', '{', many);
      // To a partition of our choice, as hashing the key takes the client minutes.
      await scene.sendTo(0, 'k'.repeat(large - 100), '{');
      await scene.send('good', '{}');
      await eventually(() => expect(handled.map(({ callSid }) => callSid)).toContain('good'));
      await scene.noLag();
      const letters = (await scene.records('deadletters')).flat();
      const text = (letter: (typeof letters)[number] | undefined, name: string) => letter?.headers?.[name]?.toString();
      const found = new Map(letters.map((letter) => [letter.key?.toString() ?? '', letter]));
      expect(letters).toHaveLength(5);
      expect(text(found.get('body'), 'ce_dlomitted')).toBe(String(large + 1));
      expect(found.get('header')?.value?.toString()).toBe('{');
      expect(text(found.get('header'), 'ce_dlleftout')).toBe(`big (${large + 3} bytes)`);
      expect(found.get('both')?.value?.length).toBe(large / 2 + 1);
      expect(found.get('many')).toBeDefined();
      // A key that no call can have is none.
      expect(text(found.get(''), 'ce_dlreason')).toBe('invalid');
    },
    LONG_MS,
  );
});
