import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { JambusError } from '../errors.ts';
import { type ConfigSchema, notesOf } from './config-schema.ts';
import { describeValue } from './describe-value.ts';
import { MASK, maskCredentials } from './mask.ts';
import { isServiceLink, unknownVariables } from './unknown-variables.ts';
import { variableName } from './variable.ts';

/** Longest part of a wrong value that a message repeats, in characters. */
const SHOWN_CHARACTERS = 80;

/**
 * Settings of a service from its environment: texts converted, defaults filled in, everything checked. Pure: it reads and
 * changes nothing but its arguments. An empty variable counts as not set; blanks around a value are dropped, except in
 * secrets.
 *
 * @returns the settings, frozen all the way down
 * @throws JambusError `bad_config` whose message has one line for EACH fault: variable, what came (secrets masked), what is
 *   expected
 */
export function loadConfig<Schema extends ConfigSchema>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Static<Schema>> {
  const values: Record<string, unknown> = {};
  const wrong = new Set<string>();
  const faults: string[] = [];
  for (const [name, setting] of Object.entries(schema.properties)) {
    const variable = variableName(name);
    const text = textOf(env[variable], setting);
    if (text !== '') {
      const value = convert(setting, text);
      if (Value.Check(setting, value)) values[name] = value;
      else {
        wrong.add(name);
        faults.push(`${variable}: got ${shown(setting, text)}, expected ${describeValue(setting)}${hint(text)}`);
      }
    } else if (setting.default !== undefined) {
      values[name] = defaultOf(setting);
    } else if (schema.required?.includes(name) === true) {
      wrong.add(name);
      faults.push(`${variable}: not set, expected ${describeValue(setting)}`);
    }
  }
  faults.push(...brokenRules(schema, values, wrong), ...unknownVariables(schema, env));
  if (faults.length > 0) throw badConfig(faults);
  if (!Value.Check(schema, values)) throw new JambusError('internal', 'settings pass one by one but not together');
  return deepFreeze(values);
}

function textOf(given: string | undefined, setting: TSchema): string {
  if (given === undefined) return '';
  return notesOf(setting).secret === true && given.trim() !== '' ? given : given.trim();
}

function defaultOf(setting: TSchema): unknown {
  const { defaultText } = notesOf(setting);
  return defaultText === undefined ? structuredClone(setting.default) : convert(setting, defaultText);
}

/** The value that a text stands for. A text that does not have the form comes back as it is, which the check then refuses. */
function convert(setting: TSchema, text: string): unknown {
  const { parse } = notesOf(setting);
  if (parse !== undefined) return parse(text);
  switch (setting['type']) {
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return BOOLEANS.get(text.toLowerCase()) ?? text;
    case 'array':
      return text.split(',').map((item) => item.trim());
    case 'object':
      return parseJson(text);
    default:
      return text;
  }
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // Reported by the check against the schema, together with every other fault.
  }
}

function brokenRules(
  schema: ConfigSchema,
  values: Readonly<Record<string, unknown>>,
  wrong: ReadonlySet<string>,
): string[] {
  const faults: string[] = [];
  for (const rule of schema.rules) {
    if (rule.of.some((name) => wrong.has(name))) continue;
    if (rule.alsoUnset !== true && rule.of.some((name) => values[name] === undefined)) continue;
    const fault = rule.check(values);
    if (fault !== undefined) faults.push(`${rule.of.map(variableName).join(', ')}: ${fault}`);
  }
  return faults;
}

function shown(setting: TSchema, text: string): string {
  if (notesOf(setting).secret === true) return `${MASK} (a secret)`;
  const masked = maskCredentials(text);
  return JSON.stringify(masked.length > SHOWN_CHARACTERS ? `${masked.slice(0, SHOWN_CHARACTERS)}…` : masked);
}

function hint(text: string): string {
  if (!isServiceLink(text)) return '';
  return ' (looks made by Kubernetes for a Service of that name: set enableServiceLinks to false)';
}

function badConfig(faults: readonly string[]): JambusError {
  const count = faults.length === 1 ? 'one setting' : `${faults.length} settings`;
  return new JambusError('bad_config', [`${count} cannot be used:`, ...faults.map((fault) => `  ${fault}`)].join('\n'));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}
