export { MissingPackage } from './codec-package.ts';
export * from './codecs.ts';
export * from './compressions.ts';
