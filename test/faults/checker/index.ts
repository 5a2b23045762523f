export * from './check-history.ts';
export * from './figures.ts';
export * from './violation.ts';
