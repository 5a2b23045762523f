export * from './logger.ts';
export * from './serialize-error.ts';
