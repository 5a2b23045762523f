export * from './answer-and-cut.ts';
export * from './newcomers.ts';
export * from './peer-of.ts';
