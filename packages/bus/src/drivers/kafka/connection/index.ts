export * from './admin.ts';
export { hintingAtToken } from './authentication.ts';
export * from './cluster.ts';
export * from './errors.ts';
export * from './headers.ts';
export * from './record.ts';
export * from './sender.ts';
export type * from './settings.ts';
