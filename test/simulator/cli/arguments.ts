import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { JambusError } from '@jambus/schema';
import type { LoadOptions } from '../load/start-calls.ts';
import type { ScenarioOptions } from '../scenarios/index.ts';
import { parseScript } from '../script/parse-script.ts';
import { type CallScript, SILENT_CALLER } from '../script/script.ts';

const FLAGS = {
  url: { type: 'string' },
  calls: { type: 'string', default: '1' },
  rate: { type: 'string', default: '10' },
  script: { type: 'string' },
  scenario: { type: 'string' },
  'own-verbs': { type: 'boolean', default: false },
  patience: { type: 'string' },
  speed: { type: 'string', default: '1' },
  from: { type: 'string' },
  to: { type: 'string' },
  'status-form': { type: 'string', default: 'real' },
  'ack-timeout': { type: 'string', default: '5000' },
  'no-compression': { type: 'boolean', default: false },
  tracing: { type: 'boolean', default: false },
  verbose: { type: 'boolean', short: 'v', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'help' }
  | { readonly kind: 'load'; readonly load: LoadOptions; readonly verbose: boolean; readonly json: boolean }
  | {
      readonly kind: 'scenario';
      readonly scenario: string;
      readonly options: ScenarioOptions;
      readonly verbose: boolean;
      readonly json: boolean;
    };

/**
 * Reads the command line, and the script file it names.
 * @throws JambusError `bad_config`, with what is wrong.
 */
export function parseArguments(args: readonly string[]): Request {
  const flags = parseFlags(args);
  if (flags.help) return { kind: 'help' };
  if (flags.url === undefined) throw new JambusError('bad_config', '--url is missing');
  const statusForm = flags['status-form'];
  if (statusForm !== 'real' && statusForm !== 'documented') {
    throw new JambusError('bad_config', '--status-form must be real or documented');
  }
  const load: LoadOptions = {
    url: flags.url,
    calls: positive('calls', flags.calls),
    rate: positive('rate', flags.rate),
    speed: positive('speed', flags.speed),
    ackTimeoutMs: positive('ack-timeout', flags['ack-timeout']),
    statusForm,
    tracing: flags.tracing,
    compression: !flags['no-compression'],
    script: flags.script === undefined ? SILENT_CALLER : readScript(flags.script),
    ...(flags.from !== undefined && { from: flags.from }),
    ...(flags.to !== undefined && { to: flags.to }),
  };
  const { verbose, json, scenario } = flags;
  if (scenario === undefined) return { kind: 'load', load, verbose, json };
  const { calls: _calls, rate: _rate, script, ...options } = load;
  return {
    kind: 'scenario',
    scenario,
    options: {
      ...options,
      ...(flags.script !== undefined && script && { script }),
      ownVerbs: flags['own-verbs'],
      ...(flags.patience !== undefined && { patienceMs: positive('patience', flags.patience) }),
    },
    verbose,
    json,
  };
}

function parseFlags(args: readonly string[]) {
  try {
    // pnpm hands its own `--` through.
    return parseArgs({ args: args.filter((arg, index) => index > 0 || arg !== '--'), options: FLAGS }).values;
  } catch (error) {
    throw JambusError.from(error, 'bad_config');
  }
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0) return value;
  throw new JambusError('bad_config', `--${flag} must be a number above 0, not ${text}`);
}

function readScript(file: string): CallScript {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new JambusError('bad_config', `--script ${file}: ${reason}`, { cause: error });
  }
  return parseScript(json);
}
