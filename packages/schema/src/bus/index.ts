export * from './attributes.ts';
export * from './names.ts';
export * from './result.ts';
