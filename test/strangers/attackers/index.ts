import type { Attack } from './attack.ts';
import { callFlood } from './call-flood.ts';
import { badFrames, manyFrames } from './frames.ts';
import { halfOpen } from './half-open.ts';
import { hijacker } from './hijacker.ts';
import { nonReader } from './non-reader.ts';
import { silent } from './silent.ts';

/** One attacker of each kind. */
export const ATTACKS = {
  silent,
  halfOpen,
  nonReader,
  badFrames,
  manyFrames,
  callFlood,
  hijacker,
} as const satisfies Record<string, Attack>;
export type AttackName = keyof typeof ATTACKS;

/** Connections that each has at a time, when it is not told otherwise. */
export const WIDTHS: Readonly<Record<AttackName, number>> = {
  silent: 3_000,
  halfOpen: 3_000,
  nonReader: 4,
  badFrames: 4,
  manyFrames: 4,
  callFlood: 32,
  hijacker: 8,
};
