import { JambusError } from '@jambus/schema';
import { isJsonObject, type JsonObject } from '../wire/json.ts';
import type { Action, CallerStep, CallScript, FaultKind, FaultStep, Trigger } from './script.ts';

const SCRIPT_KEYS: ReadonlySet<string> = new Set(['caller', 'faults', 'durations']);
const TRIGGER_KEYS = ['onHook', 'onVerb', 'onVerbFinished', 'after'] as const;
const ACTION_KEYS = ['speech', 'digits', 'silence', 'hangup', 'send'] as const;
const STEP_KEYS: ReadonlySet<string> = new Set([...TRIGGER_KEYS, ...ACTION_KEYS, 'delay']);
const FAULT_KEYS: ReadonlySet<string> = new Set(['do', 'atMessage', 'after', 'code', 'bytes']);
const SEND_KEYS: ReadonlySet<string> = new Set(['type', 'hook', 'data']);
const PLAIN_FAULTS = ['cut', 'garbage', 'binary', 'second session', 'stop reading', 'resume reading'] as const;
const DEFAULT_CLOSE_CODE = 1011;
const DEFAULT_OVERSIZE = 1_100_000;

/** Collects every fault of a script, so that its author gets all of them at once. */
class Faults {
  readonly messages: string[] = [];

  add(where: string, what: string): undefined {
    this.messages.push(`${where}: ${what}`);
    return undefined;
  }
}

/**
 * Checks a script as it stands in a JSON file.
 *
 * @param json the parsed file: `{caller?, faults?, durations?}`, as `--help` of the command describes.
 * @throws JambusError `bad_config` that names every fault and where it is.
 */
export function parseScript(json: unknown): CallScript {
  const faults = new Faults();
  const script = readScript(json, faults);
  if (!script || faults.messages.length > 0) {
    throw new JambusError('bad_config', `the script cannot be used:\n  ${faults.messages.join('\n  ')}`);
  }
  return script;
}

function readScript(json: unknown, faults: Faults): CallScript | undefined {
  if (!isJsonObject(json)) return faults.add('script', 'must be an object');
  checkKeys(json, SCRIPT_KEYS, 'script', faults);
  return {
    caller: readList(json['caller'], 'caller', faults, readStep),
    faults: readList(json['faults'], 'faults', faults, readFault),
    durations: readDurations(json['durations'], faults),
  };
}

function readList<T>(
  value: unknown,
  where: string,
  faults: Faults,
  read: (item: JsonObject, where: string, faults: Faults) => T | undefined,
): T[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    faults.add(where, 'must be a list');
    return [];
  }
  return value.flatMap((item: unknown, index) => {
    const place = `${where}[${index}]`;
    const result = isJsonObject(item) ? read(item, place, faults) : faults.add(place, 'must be an object');
    return result === undefined ? [] : [result];
  });
}

function readStep(step: JsonObject, where: string, faults: Faults): CallerStep | undefined {
  checkKeys(step, STEP_KEYS, where, faults);
  const trigger = readTrigger(step, where, faults);
  const action = readAction(step, where, faults);
  const delayMs = step['delay'] === undefined ? undefined : readMs(step['delay'], `${where}.delay`, faults);
  if (!trigger || !action) return undefined;
  const answersGather = action.kind === 'speech' || action.kind === 'digits' || action.kind === 'silence';
  if (answersGather && trigger.kind !== 'hook' && trigger.kind !== 'verb') {
    return faults.add(where, `${action.kind} answers a gather, so it goes with onHook or onVerb`);
  }
  if (!answersGather && trigger.kind === 'hook') {
    return faults.add(
      where,
      'onHook goes with speech, digits or silence; for the rest use onVerb, onVerbFinished or after',
    );
  }
  return { trigger, action, delayMs };
}

function readTrigger(step: JsonObject, where: string, faults: Faults): Trigger | undefined {
  const key = exactlyOne(step, TRIGGER_KEYS, where, faults);
  if (!key) return undefined;
  const value = step[key];
  if (key === 'after') {
    const afterMs = readMs(value, `${where}.after`, faults);
    return afterMs === undefined ? undefined : { kind: 'time', afterMs };
  }
  if (typeof value !== 'string' || value === '') return faults.add(`${where}.${key}`, 'must be a text');
  if (key === 'onHook') return { kind: 'hook', hook: value };
  return { kind: key === 'onVerb' ? 'verb' : 'verb finished', verb: value };
}

function readAction(step: JsonObject, where: string, faults: Faults): Action | undefined {
  const key = exactlyOne(step, ACTION_KEYS, where, faults);
  if (!key) return undefined;
  const value = step[key];
  switch (key) {
    case 'speech':
      return typeof value === 'string'
        ? { kind: 'speech', speech: value }
        : faults.add(`${where}.speech`, 'must be a text');
    case 'digits':
      return typeof value === 'string' && /^[0-9*#A-D]+$/.test(value)
        ? { kind: 'digits', digits: value }
        : faults.add(`${where}.digits`, 'must be a text of 0-9, *, #, A-D');
    case 'silence':
    case 'hangup':
      return value === true ? { kind: key } : faults.add(`${where}.${key}`, 'must be true');
    case 'send':
      return readSend(value, `${where}.send`, faults);
  }
}

function readSend(value: unknown, where: string, faults: Faults): Action | undefined {
  if (!isJsonObject(value)) return faults.add(where, 'must be an object {type, hook?, data?}');
  checkKeys(value, SEND_KEYS, where, faults);
  const { type, hook, data = {} } = value;
  if (typeof type !== 'string') return faults.add(`${where}.type`, 'must be a text');
  if (hook !== undefined && typeof hook !== 'string') return faults.add(`${where}.hook`, 'must be a text');
  if (!isJsonObject(data)) return faults.add(`${where}.data`, 'must be an object');
  return { kind: 'send', type, hook, data };
}

function readFault(step: JsonObject, where: string, faults: Faults): FaultStep | undefined {
  checkKeys(step, FAULT_KEYS, where, faults);
  const fault = readFaultKind(step, where, faults);
  const key = exactlyOne(step, ['atMessage', 'after'] as const, where, faults);
  if (!fault || !key) return undefined;
  if (key === 'after') {
    const afterMs = readMs(step['after'], `${where}.after`, faults);
    return afterMs === undefined ? undefined : { fault, due: { afterMs } };
  }
  const message = step['atMessage'];
  if (typeof message !== 'number' || !Number.isInteger(message) || message < 1) {
    return faults.add(`${where}.atMessage`, 'must be a whole number from 1');
  }
  return { fault, due: { message } };
}

function readFaultKind(step: JsonObject, where: string, faults: Faults): FaultKind | undefined {
  const kind = step['do'];
  if (kind === 'close') {
    const code = step['code'] ?? DEFAULT_CLOSE_CODE;
    const valid =
      typeof code === 'number' && (code === 1000 || (code >= 3000 && code <= 4999) || CLOSE_CODES.has(code));
    return valid ? { kind, code } : faults.add(`${where}.code`, 'must be a close code that may be sent');
  }
  if (kind === 'oversized') {
    const bytes = step['bytes'] ?? DEFAULT_OVERSIZE;
    return typeof bytes === 'number' && bytes > 0 ? { kind, bytes } : faults.add(`${where}.bytes`, 'must be a number');
  }
  const plain = PLAIN_FAULTS.find((name) => name === kind);
  return plain
    ? { kind: plain }
    : faults.add(`${where}.do`, `must be one of close, oversized, ${PLAIN_FAULTS.join(', ')}`);
}

const CLOSE_CODES: ReadonlySet<number> = new Set([1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]);

function readDurations(value: unknown, faults: Faults): Record<string, number> {
  if (value === undefined) return {};
  if (!isJsonObject(value)) {
    faults.add('durations', 'must be an object of ms by verb');
    return {};
  }
  const durations: Record<string, number> = {};
  for (const [verb, entry] of Object.entries(value)) {
    const ms = readMs(entry, `durations.${verb}`, faults);
    if (ms !== undefined) durations[verb] = ms;
  }
  return durations;
}

function readMs(value: unknown, where: string, faults: Faults): number | undefined {
  if (typeof value === 'number' && value >= 0) return value;
  return faults.add(where, 'must be a number of ms');
}

function exactlyOne<K extends string>(
  object: JsonObject,
  keys: readonly K[],
  where: string,
  faults: Faults,
): K | undefined {
  const present = keys.filter((key) => object[key] !== undefined);
  const [only] = present;
  if (present.length === 1) return only;
  return faults.add(
    where,
    `needs exactly one of ${keys.join(', ')}${present.length > 1 ? `, not ${present.join(' and ')}` : ''}`,
  );
}

function checkKeys(object: JsonObject, known: ReadonlySet<string>, where: string, faults: Faults): void {
  for (const key of Object.keys(object)) {
    if (!known.has(key)) faults.add(where, `unknown property "${key}" (known: ${[...known].join(', ')})`);
  }
}
