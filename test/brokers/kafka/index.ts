export * from './describe-with-kafka.ts';
export * from './find-kafka-broker.ts';
export * from './kafka-broker-source.ts';
export * from './kafka-version.ts';
export type { KafkaSecurity, SecuredListener } from './security.ts';
export * from './start-kafka-broker.ts';
export * from './start-kafka-cluster.ts';
export * from './unsecured-token.ts';
