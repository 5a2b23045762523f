import type { JsonObject } from '../wire/json.ts';
import type { FaultKind, FaultStep } from './script.ts';
import { checkKeys, exactlyOne, type Faults, readMs } from './script-faults.ts';

const FAULT_KEYS: ReadonlySet<string> = new Set(['do', 'atMessage', 'after', 'code', 'bytes']);
const PLAIN_FAULTS = ['cut', 'garbage', 'binary', 'second session', 'deaf', 'stop reading', 'resume reading'] as const;
const DEFAULT_CLOSE_CODE = 1011;
const DEFAULT_OVERSIZE = 1_100_000;

/** Reads what goes wrong, and when. */
export function readFault(step: JsonObject, where: string, faults: Faults): FaultStep | undefined {
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
