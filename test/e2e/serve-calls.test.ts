import { fileURLToPath } from 'node:url';
import { describeWithKafka } from '../brokers/kafka/index.ts';
import { describeWithNats } from '../brokers/nats/index.ts';
import { startKafka, startNats } from './serving/brokers.ts';
import { describeServing } from './serving/describe-serving.ts';

const PROCESSES = [1, 2, 5];

await describeWithNats('calls as functions on NATS', {}, (nats) => {
  describeServing({ start: () => startNats(nats), program: example('nats'), processes: PROCESSES });
});

await describeWithKafka('calls as functions on Kafka', {}, (kafka) => {
  describeServing({ start: () => startKafka(kafka), program: example('kafka'), processes: PROCESSES });
});

function example(bus: 'nats' | 'kafka') {
  const main = fileURLToPath(new URL(`../dist/examples/${bus}/ivr-with-client.js`, import.meta.url));
  return (address: string) => ({ file: process.execPath, args: [main, address] });
}
