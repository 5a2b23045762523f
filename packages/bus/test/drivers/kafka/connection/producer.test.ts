import type { ICustomPartitioner, Kafka, ProducerBatch, ProducerConfig, RecordMetadata } from 'kafkajs';
import type { Cluster } from '../../../../src/drivers/kafka/connection/cluster.ts';
import type { TopicRecords } from '../../../../src/drivers/kafka/connection/outgoing-record.ts';
import { connectProducer } from '../../../../src/drivers/kafka/connection/producer.ts';

const PARTITIONS = Array.from({ length: 8 }, (_, partitionId) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 1,
  replicas: [1],
  isr: [1],
}));

/**
 * A cluster whose client behaves as kafkajs does when a partition moves between two attempts: it asks its partitioner for
 * every message, and reports only what some of the brokers answered.
 */
function clusterAnswering(answered: (places: RecordMetadata[]) => RecordMetadata[], attempts = () => 1): Cluster {
  const producer = (config: ProducerConfig) => {
    const partitioner = (config.createPartitioner as ICustomPartitioner)();
    return {
      connect: async () => {},
      async sendBatch({ topicMessages = [] }: ProducerBatch) {
        const place = (): RecordMetadata[] =>
          topicMessages.flatMap(({ topic, messages }) =>
            messages.map((message) => ({
              topicName: topic,
              partition: partitioner({ topic, partitionMetadata: PARTITIONS, message }),
              errorCode: 0,
            })),
          );
        for (let attempt = 1; attempt < attempts(); attempt++) place();
        return answered(place());
      },
    };
  };
  const kafka = { producer } as unknown as Kafka;
  return { connected: true, newClient: () => ({ kafka, lastRefusal: () => undefined, end: () => {} }) };
}

const recordsOf = (topic: string, keys: readonly string[]): TopicRecords => ({
  topic,
  records: keys.map((key) => ({ topic, key, attributes: {}, payload: Buffer.from('{}') })),
});
const batch = [recordsOf('jambonz.events', ['call-1', 'call-2', 'call-3']), recordsOf('jambonz.results', ['call-1'])];

test('a send that the brokers have confirmed for every partition succeeds, time and again', async () => {
  const producer = await connectProducer(clusterAnswering((places) => places));
  await producer.send(batch);
  await producer.send(batch.slice(1));
});

test('a send is not believed when a partition is missing among the answers', async () => {
  const producer = await connectProducer(
    clusterAnswering((places) => places.filter(({ topicName }) => topicName !== 'jambonz.results')),
  );
  await expect(producer.send(batch)).rejects.toMatchObject({
    code: 'bus_unavailable',
    message: expect.stringMatching(/^no broker has confirmed jambonz\.results\/\d$/),
  });
});

test('a producer whose client has tried again by itself is spent: the next messages could get the numbers of these', async () => {
  let attempts = 1;
  const producer = await connectProducer(
    clusterAnswering(
      (places) => places,
      () => attempts,
    ),
  );
  await producer.send(batch);
  expect(producer.isSpent).toBe(false);
  attempts = 2;
  await producer.send(batch);
  expect(producer.isSpent).toBe(true);
});
