import type { Turn } from '../../src/index.ts';

/** The turn of a record that has no other one before or behind it. */
export const ALONE: Turn = { overdue: false, behind: undefined, follow() {} };
