export * from './attributes.ts';
export * from './command-envelope.ts';
export * from './names.ts';
export * from './result.ts';
export * from './structured-mode.ts';
