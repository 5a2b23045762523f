import { isJsonObject, type JsonObject } from '../wire/json.ts';
import type { Action, Party } from './script.ts';
import { checkKeys, exactlyOne, type Faults } from './script-faults.ts';

/** What a step of the caller can do; exactly one of these stands in it. */
export const ACTION_KEYS = ['speech', 'digits', 'silence', 'hangup', 'hold', 'unhold', 'refer', 'send'] as const;
const SEND_KEYS: ReadonlySet<string> = new Set(['type', 'hook', 'data']);
const REFER_KEYS: ReadonlySet<string> = new Set(['by', 'to']);

/** Reads what a step of the caller does. */
export function readAction(step: JsonObject, where: string, faults: Faults): Action | undefined {
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
    case 'hold':
    case 'unhold':
      return isParty(value) ? { kind: key, by: value } : faults.add(`${where}.${key}`, 'must be caller or callee');
    case 'refer':
      return readRefer(value, `${where}.refer`, faults);
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

function readRefer(value: unknown, where: string, faults: Faults): Action | undefined {
  if (!isJsonObject(value)) return faults.add(where, 'must be an object {by, to}');
  checkKeys(value, REFER_KEYS, where, faults);
  const { by, to } = value;
  if (!isParty(by)) return faults.add(`${where}.by`, 'must be caller or callee');
  return typeof to === 'string' ? { kind: 'refer', by, to } : faults.add(`${where}.to`, 'must be a text');
}

function isParty(value: unknown): value is Party {
  return value === 'caller' || value === 'callee';
}
