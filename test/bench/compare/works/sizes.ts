import type { SystemName } from '../measurement.ts';

/**
 * Few, some and many open calls.
 *
 * @param calls the number in the middle
 * @returns for the documented glue no more than these: @jambonz/sdk compiles its schemas for each call, which takes some 80 ms of
 *   CPU and 1 to 2 MiB
 */
export function sizesFor(system: SystemName, calls: number): readonly number[] {
  const sizes = [Math.ceil(calls / 10), calls, calls * 10];
  return sizes.filter((size) => system !== 'documented' || size <= calls);
}
