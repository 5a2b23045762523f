export * from './attribute-schemas.ts';
export * from './attributes.ts';
export * from './command-envelope.ts';
export * from './names.ts';
export * from './own-messages.ts';
export * from './request-error.ts';
export * from './result.ts';
export * from './structured-mode.ts';
