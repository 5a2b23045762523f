export { type Adapter, type AdapterContext, type AdapterSettings, type BusOptions, createAdapter } from './adapter.ts';
export type { CallInfo } from './calls/call-directory.ts';
export { terminalResultId } from './reports/result-message.ts';
