import { Type } from '@sinclair/typebox';
import type { ConfigRule } from './config-schema.ts';

const HIGHEST_PORT = 65_535;

/** How many processes do the work. */
export function workers(description: string) {
  return Type.Integer({ default: 1, minimum: 1, maximum: 64, description });
}

/** The port of a worker where each has one of its own: they follow one another from the first; 0 stays any free one. */
export function portOf(first: number, index: number): number {
  return first === 0 ? 0 : first + index;
}

/** The ports of several workers, which follow one another from `first`, have room, and none of them is `other`. */
export function roomForWorkers<First extends string, Other extends string = never>(
  first: First,
  other?: Other,
): ConfigRule<First | Other | 'workers'> {
  return {
    of: ['workers', first, ...(other === undefined ? [] : [other])],
    check(values: Readonly<Record<string, unknown>>) {
      const [count, from] = [Number(values['workers']), Number(values[first])];
      if (count === 1) return undefined;
      if (from === 0) return `got port 0 for ${count} workers, expected the first of ${count} ports`;
      const to = portOf(from, count - 1);
      if (to > HIGHEST_PORT) return `got ports up to ${to}, expected at most ${HIGHEST_PORT}`;
      const taken = other === undefined ? 0 : Number(values[other]);
      if (taken < from || taken > to) return undefined;
      return `got ${taken} among ${from} to ${to}, expected different ports`;
    },
  };
}
