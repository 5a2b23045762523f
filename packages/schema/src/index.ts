export * from './bus/index.ts';
export * from './config/index.ts';
export * from './errors.ts';
export * from './jambonz/index.ts';
export * from './trace/index.ts';
