export * from './bus.ts';
export * from './call-history.ts';
export * from './command-source.ts';
export * from './event-sink.ts';
export * from './records.ts';
export * from './request-door.ts';
export * from './standing.ts';
