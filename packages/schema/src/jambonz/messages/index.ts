export * from './facts.ts';
export * from './message.ts';
export * from './message-type.ts';
export * from './questions.ts';
export * from './schemas.ts';
