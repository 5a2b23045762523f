export * from './codecs.ts';
