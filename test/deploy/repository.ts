import { fileURLToPath } from 'node:url';

/** The folder of a checkout, with a slash at its end. This module runs as source under jest and compiled from `dist`. */
export const REPOSITORY = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url),
);
