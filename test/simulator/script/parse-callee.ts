import { isJsonObject } from '../wire/json.ts';
import { type Callee, WILLING_CALLEE } from './script.ts';
import { checkKeys, type Faults, readMs } from './script-faults.ts';

const CALLEE_KEYS: ReadonlySet<string> = new Set(['answer', 'ring', 'hangup']);
const ANSWERS: readonly Callee['answer'][] = ['answer', 'busy', 'no answer', 'failed'];

/** Reads what those who are called do: `{answer?, ring?, hangup?}`, times in ms. */
export function readCallee(value: unknown, faults: Faults): Callee {
  if (!isJsonObject(value)) {
    faults.add('callee', 'must be an object');
    return WILLING_CALLEE;
  }
  checkKeys(value, CALLEE_KEYS, 'callee', faults);
  const answer = ANSWERS.find((name) => name === (value['answer'] ?? WILLING_CALLEE.answer));
  if (!answer) faults.add('callee.answer', `must be one of ${ANSWERS.join(', ')}`);
  const { ring, hangup } = value;
  return {
    answer: answer ?? WILLING_CALLEE.answer,
    ringMs: (ring === undefined ? undefined : readMs(ring, 'callee.ring', faults)) ?? WILLING_CALLEE.ringMs,
    hangUpAfterMs:
      (hangup === undefined ? undefined : readMs(hangup, 'callee.hangup', faults)) ?? WILLING_CALLEE.hangUpAfterMs,
  };
}

/** Reads which verbs fail: `{<id or name>: <what jambonz says about it>}`. */
export function readFailures(value: unknown, faults: Faults): Record<string, string> {
  if (!isJsonObject(value)) {
    faults.add('failures', 'must be an object of texts by verb');
    return {};
  }
  const failures: Record<string, string> = {};
  for (const [verb, text] of Object.entries(value)) {
    if (typeof text === 'string') failures[verb] = text;
    else faults.add(`failures.${verb}`, 'must be a text');
  }
  return failures;
}
