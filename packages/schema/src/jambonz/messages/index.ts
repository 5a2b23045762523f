export * from './facts.ts';
export * from './message.ts';
export * from './schemas.ts';
