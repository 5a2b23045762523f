import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { deliver, takeCalls } from './raw-sockets.ts';
import { sentTogether } from './sent-together.ts';

/* The least that moves the messages: bytes from a batch to websockets, and back in a batch. */

const { BUS_SERVERS = '', BUS_PREFIX = '', PORT } = process.env;
const kafka = new Kafka({ clientId: 'glue', brokers: BUS_SERVERS.split(','), logLevel: logLevel.ERROR });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
const consumer = kafka.consumer({ groupId: `${BUS_PREFIX}-glue` });
const send = sentTogether(producer, `${BUS_PREFIX}.events`);

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: `${BUS_PREFIX}.commands`, fromBeginning: true });
await consumer.run({
  autoCommitInterval: 1_000,
  eachBatch: async ({ batch }) => {
    for (const { key, value } of batch.messages) if (value !== null) deliver(String(key), value);
  },
});
takeCalls(Number(PORT), (key, type, value) =>
  send({ key, value, headers: { ce_type: `jambonz.${type.replaceAll(':', '.')}` } }),
);
