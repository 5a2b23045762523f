export * from './run-main.ts';
export type { Service, ServiceContext, ServiceSchema, SharedOut } from './service.ts';
