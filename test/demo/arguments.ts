import { parseArgs } from 'node:util';
import { DEFAULT_STORY, STORIES, type Story } from './stories/index.ts';

/** What the demo was started for. */
export type Request =
  | { readonly kind: 'help' }
  /** `callerHangsUpAfterMs`: real ms after the call was set up; undefined: the caller stays. */
  | {
      readonly kind: 'run';
      readonly story: Story;
      readonly callerHangsUpAfterMs: number | undefined;
      readonly trace: boolean;
    }
  | { readonly kind: 'usage'; readonly fault: string };

export const HELP = `Shows one call through jambus, and checks every step of it.

  pnpm demo [options]

  --scenario NAME             which call, of those below (${DEFAULT_STORY.name})
  --trace                     have jambus, the IVR and jambonz trace the call, and show a part of the trace as a tree
  --caller-hangs-up-after MS  the caller is gone so soon after the call was set up, so that the demo fails
  --help                      print this and exit

Scenarios:

${[...STORIES.values()].map(({ name, summary }) => `  ${name.padEnd(18)}${summary}`).join('\n')}

Exit codes: 0 every step happened, 1 one did not, 2 wrong option, 130 interrupted.
`;

/** Reads the arguments behind the script's name. */
export function parseArguments(argv: readonly string[]): Request {
  let values: {
    readonly help?: boolean;
    readonly trace?: boolean;
    readonly scenario?: string;
    readonly 'caller-hangs-up-after'?: string;
  };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean' },
        trace: { type: 'boolean' },
        scenario: { type: 'string' },
        'caller-hangs-up-after': { type: 'string' },
      },
    }));
  } catch (error) {
    return { kind: 'usage', fault: error instanceof Error ? error.message : String(error) };
  }
  if (values.help === true) return { kind: 'help' };
  const after = values['caller-hangs-up-after'];
  if (after !== undefined && !/^\d{1,6}$/.test(after)) {
    return { kind: 'usage', fault: `--caller-hangs-up-after: expected ms, a whole number, got ${after}` };
  }
  const { scenario = DEFAULT_STORY.name } = values;
  const story = STORIES.get(scenario);
  if (story === undefined) {
    return { kind: 'usage', fault: `--scenario: expected one of ${[...STORIES.keys()].join(', ')}, got ${scenario}` };
  }
  const callerHangsUpAfterMs = after === undefined ? undefined : Number(after);
  return { kind: 'run', story, callerHangsUpAfterMs, trace: values.trace === true };
}
