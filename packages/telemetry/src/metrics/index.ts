export * from './create-metrics.ts';
export * from './metrics.ts';
