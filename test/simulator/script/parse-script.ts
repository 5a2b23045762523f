import { JambusError } from '@jambus/schema';
import { isJsonObject, type JsonObject } from '../wire/json.ts';
import { ACTION_KEYS, readAction } from './parse-action.ts';
import { readCallee, readFailures } from './parse-callee.ts';
import { readFault } from './parse-fault.ts';
import type { CallerStep, CallScript, Trigger } from './script.ts';
import { checkKeys, exactlyOne, Faults, readMs } from './script-faults.ts';

const SCRIPT_KEYS: ReadonlySet<string> = new Set(['caller', 'callee', 'faults', 'failures', 'durations']);
const TRIGGER_KEYS = ['onHook', 'onVerb', 'onVerbFinished', 'after'] as const;
const STEP_KEYS: ReadonlySet<string> = new Set([...TRIGGER_KEYS, ...ACTION_KEYS, 'delay']);

/**
 * Checks a script as it stands in a JSON file.
 *
 * @param json the parsed file: `{caller?, callee?, faults?, failures?, durations?}`, as `--help` of the command describes.
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
    ...(json['callee'] !== undefined && { callee: readCallee(json['callee'], faults) }),
    ...(json['failures'] !== undefined && { failures: readFailures(json['failures'], faults) }),
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
