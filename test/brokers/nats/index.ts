export * from './describe-with-nats.ts';
export * from './find-nats-server.ts';
export * from './nats-server-source.ts';
export * from './nats-version.ts';
export * from './start-nats-cluster.ts';
export * from './start-nats-server.ts';
