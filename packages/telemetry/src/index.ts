export * from './logger/index.ts';
export * from './metrics/index.ts';
export * from './version.ts';
