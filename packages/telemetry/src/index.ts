export * from './event-loop/index.ts';
export * from './logger/index.ts';
export * from './metrics/index.ts';
export * from './opentelemetry/index.ts';
export * from './traces/index.ts';
export * from './version.ts';
