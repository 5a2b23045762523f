export * from './b3.ts';
export * from './call-trace.ts';
export * from './trace-context.ts';
