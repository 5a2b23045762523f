import * as fc from 'fast-check';

/** How many inputs each boundary gets, in place of the usual number: `JAMBUS_TEST_FUZZ_RUNS=1000000`. */
const GIVEN = Number(process.env['JAMBUS_TEST_FUZZ_RUNS'] ?? '0');

/** Time for the usual number of inputs on a busy machine, and for each further one, in ms. */
const USUAL_MS = 60_000;
const EACH_MS = 20;

/** Counterexamples get smaller for so long, in ms: with a process at the other end that takes its time. */
const SHRINK_MS = 20_000;

export interface FuzzOptions<Input> {
  /** How many inputs in an ordinary run of the tests. */
  readonly inputs: number;
  /** Where one value holds several inputs, about how many. */
  readonly perValue?: number;
  /** What was found once, and is tried first each time. */
  readonly regressions?: readonly Input[];
}

/** A test that holds generated input against an oracle, which throws when something has gone wrong. */
export function fuzz<Input>(
  name: string,
  values: fc.Arbitrary<Input>,
  { inputs, perValue = 1, regressions = [] }: FuzzOptions<Input>,
  oracle: (input: Input) => void | Promise<void>,
): void {
  const numRuns = Math.ceil((GIVEN > 0 ? GIVEN : inputs) / perValue) + regressions.length;
  test(
    `${name}, ${numRuns * perValue} inputs`,
    async () => {
      const property = fc.asyncProperty(values, async (value) => {
        const done = oracle(value);
        if (done !== undefined) await done;
      });
      const examples = regressions.map((value): [Input] => [value]);
      await fc.assert(property, {
        numRuns,
        examples,
        interruptAfterTimeLimit: timeFor(numRuns * perValue) - SHRINK_MS,
      });
    },
    timeFor(numRuns * perValue),
  );
}

function timeFor(inputs: number): number {
  return USUAL_MS + inputs * EACH_MS;
}
