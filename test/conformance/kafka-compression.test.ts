import { type CommandRecord, KAFKA_COMPRESSIONS } from '@jambus/bus';
import kafkajs from 'kafkajs';
import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { eventOf, eventually, LONG_MS } from './driver-support.ts';
import { SHORT_SESSIONS } from './kafka-harness.ts';
import { type KafkaScene, openKafkaScene } from './kafka-scene.ts';
import { numbers, textOf } from './scene.ts';

const TOPICS = { partitions: 1 };
const COMPRESSED = KAFKA_COMPRESSIONS.filter((compression) => compression !== 'none');
const TOO_LARGE_BYTES = 64 * 1024 * 1024 + 1;

/* Other clients compress what they send, franz-go does unless told otherwise, and a broker can be told to compress everything. */
for (const version of ['newest', '3'] as const) {
  await describeWithKafka(`compression on Kafka ${version}`, { version }, (kafka) => {
    let broker: KafkaBroker;
    let scene: KafkaScene;
    let cases = 0;

    beforeAll(async () => {
      broker = await kafka.start({ properties: SHORT_SESSIONS });
    }, LONG_MS);

    beforeEach(async () => {
      scene = await openKafkaScene(broker.port, `compression-${++cases}`);
    }, LONG_MS);

    afterEach(() => scene.close(), LONG_MS);

    afterAll(() => broker.stop());

    test.each(COMPRESSED)(
      'commands that the broker has compressed by %s are read',
      async (compression) => {
        await scene.makeTopic('commands', { 'compression.type': compression });
        const { handled } = scene.handle(await scene.connect({ topics: TOPICS }));
        const texts = numbers(24).map((number) => `command ${number}`.repeat(20));
        for (const text of texts) await scene.send('call', text);
        await eventually(() => expect(handled.map(textOf)).toEqual(texts));
        await scene.noLag();
      },
      LONG_MS,
    );

    test.each(COMPRESSED)(
      'what is published by %s is what the broker reads, and the past of a call is found in it',
      async (compression) => {
        // The broker writes it anew by another way, for which it has to read it.
        const other = COMPRESSED[(COMPRESSED.indexOf(compression) + 1) % COMPRESSED.length] ?? 'gzip';
        await scene.makeTopic('events', { 'compression.type': other });
        await scene.makeTopic('results', { 'compression.type': other });
        const bus = await scene.connect({ topics: TOPICS, compression });
        const events = numbers(30).map((number) => {
          const event = eventOf('call', `event ${number}`.repeat(20));
          return { ...event, attributes: { ...event.attributes, epoch: '1', sequence: String(Number(number) + 1) } };
        });
        await eventually(() => bus.sink.publish(events));
        expect((await scene.texts('events')).flat()).toEqual(events.map(textOf));
        expect(await bus.history.pastOf('call', 0)).toMatchObject({ epoch: 1, sequence: 30 });
      },
      LONG_MS,
    );

    test(
      'a batch that cannot be read goes to the dead letters, and the commands around it are handled',
      async () => {
        await scene.makeTopic('commands', {});
        const { handled } = scene.handle(await scene.connect({ topics: TOPICS }));
        await scene.send('call', 'before');
        // What it stands for would be the end of the adapter.
        const { names, producer } = scene;
        const value = Buffer.alloc(TOO_LARGE_BYTES);
        await producer.send({
          topic: names.commands,
          compression: kafkajs.CompressionTypes.ZSTD,
          messages: [
            { key: 'call', value: 'the first of the batch' },
            { key: 'call', value },
          ],
        });
        await scene.send('call', 'behind');
        await eventually(() => expect(handled.map(textOf)).toEqual(['before', 'behind']));
        await scene.noLag();
        expect(offsetsOf(handled)).toEqual([0, 3]);
        const [letter] = (await scene.records('deadletters')).flat();
        const said = (name: string) => String(letter?.headers?.[name]);
        expect(said('ce_dlreason')).toBe('invalid');
        expect(said('ce_dldetail')).toMatch(
          /^the batch with the records 1 to 2 cannot be read: it stands for 6\d{7} bytes or more/,
        );
        expect(said('ce_dlorigin')).toMatch(/2$/);
        // As it was, for whoever can do something with it.
        expect(letter?.value?.byteLength).toBeGreaterThan(1_000);
      },
      LONG_MS,
    );
  });
}

function offsetsOf(records: readonly CommandRecord[]): number[] {
  return records.map(({ position }) => Number(position.split('/').at(-1)));
}
