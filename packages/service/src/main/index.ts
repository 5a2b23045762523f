export * from './run-main.ts';
export type { Service, ServiceContext, ServiceSchema } from './service.ts';
