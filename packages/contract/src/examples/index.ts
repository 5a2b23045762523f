export * from './attribute-examples.ts';
export * from './call.ts';
export * from './command-examples.ts';
export * from './event-examples.ts';
