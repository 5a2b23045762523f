export * from './line-limit.ts';
export * from './logger.ts';
export * from './serialize-error.ts';
