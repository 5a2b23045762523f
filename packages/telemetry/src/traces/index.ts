export * from './attributes.ts';
export * from './tracing.ts';
