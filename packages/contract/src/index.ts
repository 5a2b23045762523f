export * from './asyncapi/async-api.ts';
export * from './asyncapi/async-api-document.ts';
export * from './contract-files.ts';
