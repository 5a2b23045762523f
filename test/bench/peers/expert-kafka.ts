import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { deliver, takeCalls } from './expert-session.ts';
import { sentTogether } from './sent-together.ts';

/* The documented glue, written by somebody who knows both libraries well: batches in, batches out. */

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
    for (const { key, value } of batch.messages) deliver(String(key), JSON.parse(String(value)));
  },
});
takeCalls(Number(PORT), (key, type, value) =>
  send({ key, value, headers: { ce_type: `jambonz.${type.replaceAll(':', '.')}` } }),
);
