import { readFileSync } from 'node:fs';

/** The version of jambus that runs; all packages of the workspace carry the same. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
