import { parseArgs } from 'node:util';
import { MEMORY_WORK_NAMES, WORK_NAMES, type WorkName } from './work-names.ts';

export const BUSES = ['nats', 'kafka', 'memory'] as const;
export type BusName = (typeof BUSES)[number];

/** What the comparison was started for. */
export type Request =
  | { readonly kind: 'help' }
  | { readonly kind: 'run'; readonly options: CompareOptions }
  | { readonly kind: 'usage'; readonly fault: string };

export interface CompareOptions {
  readonly bus: BusName;
  readonly works: readonly WorkName[];
  readonly rounds: number;
  /** Of one measurement of one system. */
  readonly seconds: number;
  /** Open ones, over which commands go. */
  readonly calls: number;
}

const DEFAULT_ROUNDS = 3;
const DEFAULT_SECONDS = 4;
const DEFAULT_CALLS = 1_000;
/** A run that measures for less than this is for a look, and has a tenth of the calls. */
const LOOK_BELOW_SECONDS = 3;
const LOOK_CALLS = 100;
const MOST = { rounds: 100, seconds: 600, calls: 10_000 } as const;

export const HELP = `Measures jambus and what people would write themselves side by side, in alternating rounds, under the same load.

  pnpm bench --compare [${BUSES.join('|')}] [options]

  --work NAMES   which measurements, with commas between (all)
  --rounds N     how often each (${DEFAULT_ROUNDS})
  --seconds S    how long each measurement of each system, in s (${DEFAULT_SECONDS})
  --calls N      open calls (${DEFAULT_CALLS}; ${LOOK_CALLS} where --seconds is below ${LOOK_BELOW_SECONDS})
  --help         print this and exit

Works: ${WORK_NAMES.join(', ')}
On memory: ${MEMORY_WORK_NAMES.join(', ')}

Prints a line of JSON for each measurement, then a table in Markdown; what is under way goes to standard error.
Exit codes: 0 all was measured, 1 something failed, 2 wrong option.
`;

/** Reads the arguments behind the script's name, `--compare` among them. */
export function parseArguments(argv: readonly string[]): Request {
  try {
    return parse(argv);
  } catch (error) {
    return { kind: 'usage', fault: error instanceof Error ? error.message : String(error) };
  }
}

function parse(argv: readonly string[]): Request {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      compare: { type: 'boolean' },
      work: { type: 'string' },
      rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
      seconds: { type: 'string', default: String(DEFAULT_SECONDS) },
      calls: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return { kind: 'help' };
  const [bus = BUSES[0], ...more] = positionals;
  if (more.length > 0) throw new Error(`one bus at a time, got ${positionals.join(' ')}`);
  if (!isOneOf(BUSES, bus)) throw new Error(`there is no bus "${bus}"; there are ${BUSES.join(', ')}`);
  const rounds = numberOf('rounds', values.rounds, /^\d+$/);
  const seconds = numberOf('seconds', values.seconds, /^\d+(\.\d+)?$/);
  const calls = values.calls ?? String(seconds < LOOK_BELOW_SECONDS ? LOOK_CALLS : DEFAULT_CALLS);
  return {
    kind: 'run',
    options: { bus, works: worksOf(values.work, bus), rounds, seconds, calls: numberOf('calls', calls, /^\d+$/) },
  };
}

function worksOf(names: string | undefined, bus: BusName): readonly WorkName[] {
  const all = bus === 'memory' ? MEMORY_WORK_NAMES : WORK_NAMES;
  if (names === undefined) return all;
  const asked = names.split(',').map((name) => name.trim());
  for (const name of asked) {
    if (!isOneOf(all, name)) throw new Error(`there is no work "${name}" on ${bus}; there are ${all.join(', ')}`);
  }
  return all.filter((name) => asked.includes(name));
}

function numberOf(option: keyof typeof MOST, text: string, form: RegExp): number {
  const value = Number(text);
  if (!form.test(text) || value <= 0 || value > MOST[option]) {
    throw new Error(`--${option}: expected a number above 0 and at most ${MOST[option]}, got "${text}"`);
  }
  return value;
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}
