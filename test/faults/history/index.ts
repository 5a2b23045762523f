export * from './history.ts';
export * from './history-folder.ts';
