export { KAFKA_COMPRESSIONS, type KafkaCompression } from './compression/index.ts';
export * from './connect-kafka-bus.ts';
export * from './connection/settings.ts';
export { DEFAULT_KAFKA_SESSION_MS } from './group/group-member.ts';
export * from './options.ts';
