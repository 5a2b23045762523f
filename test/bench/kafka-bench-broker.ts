import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { startKafkaBroker } from '../brokers/kafka/index.ts';
import type { BenchBroker } from './broker-bench.ts';

/** An Apache Kafka broker, and a microservice that sends batches, one at a time. */
export async function kafkaBenchBroker(): Promise<BenchBroker> {
  const broker = await startKafkaBroker({});
  const kafka = new Kafka({ brokers: [...broker.brokers], clientId: 'bench', logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: 'bench', maxWaitTimeInMs: 20 });
  await producer.connect();
  let waiting: { readonly key: string; readonly value: Buffer }[] = [];
  let sending = false;

  const send = async (): Promise<void> => {
    sending = true;
    // What this turn of the event loop brings goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const messages = waiting;
      waiting = [];
      await producer.send({ topic: 'jambonz.commands', acks: -1, messages });
    }
    sending = false;
  };

  return {
    name: `Kafka ${broker.version}`,
    settings: { JAMBUS_BUS: 'kafka', JAMBUS_KAFKA_BROKERS: broker.brokers.join(','), JAMBUS_LOG_LEVEL: 'error' },
    pid: broker.pid ?? 0,
    async listen(onNewCall, onStatus) {
      await consumer.connect();
      await consumer.subscribe({ topic: 'jambonz.events', fromBeginning: true });
      const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
      await consumer.run({
        eachBatch: async ({ batch }) => {
          for (const { key, value, headers } of batch.messages) {
            const type = String(headers?.['ce_type']);
            if (type === 'jambonz.session.new') onNewCall(String(key));
            else if (type === 'jambonz.verb.status' && value !== null) onStatus(value);
          }
        },
      });
      await joined;
    },
    publish(callSid, payload) {
      waiting.push({ key: callSid, value: payload });
      if (!sending) void send();
    },
    async close() {
      await consumer.disconnect();
      await producer.disconnect();
      await broker.stop();
    },
  };
}
