export * from './bus/index.ts';
export * from './errors.ts';
