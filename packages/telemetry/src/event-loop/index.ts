export * from './event-loop-metrics.ts';
