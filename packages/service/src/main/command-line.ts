import { type ConfigSchema, describeConfig } from '@jambus/schema';

/** What a process was started for. */
export type Request =
  | { readonly kind: 'run' }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** An argument that means nothing; running on would hide a mistake. */
  | { readonly kind: 'unknown'; readonly argument: string };

/** Reads the arguments behind the script's name. Everything that can be set is set by environment variables. */
export function parseArguments(argv: readonly string[]): Request {
  const unknown = argv.find((argument) => !KNOWN.has(argument));
  if (unknown !== undefined) return { kind: 'unknown', argument: unknown };
  const kinds = argv.map((argument) => KNOWN.get(argument));
  if (kinds.includes('help')) return { kind: 'help' };
  return { kind: kinds.includes('version') ? 'version' : 'run' };
}

const KNOWN: ReadonlyMap<string, 'help' | 'version'> = new Map([
  ['--help', 'help'],
  ['-h', 'help'],
  ['--version', 'version'],
]);

/** What `--help` prints. */
export function helpText(name: string, version: string, schema: ConfigSchema): string {
  return [
    `jambus ${name} ${version}`,
    '',
    'Options:',
    '  --help     print this and exit',
    '  --version  print the version and exit',
    '',
    'Settings are environment variables. An empty one counts as not set.',
    '',
    describeConfig(schema),
    '',
    'Exit codes: 0 stopped as asked, 1 failed, 2 unknown option, 78 settings that cannot be used.',
    '',
  ].join('\n');
}
