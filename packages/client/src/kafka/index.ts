export { connectKafkaClient } from './connect-kafka-client.ts';
export type { KafkaClientOptions } from './options.ts';
