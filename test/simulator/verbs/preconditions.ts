import { isJsonObject } from '../wire/json.ts';
import type { Verb } from './application.ts';

/**
 * What a verb needs before it executes (jambonz feature-server 0.9.8).
 * `media`: jambonz answers the call first. `answered` and `unanswered`: the verb is skipped when the call is otherwise.
 */
export type Precondition = 'none' | 'media' | 'answered' | 'unanswered';

const NEEDS: Readonly<Record<string, Precondition>> = {
  alert: 'unanswered',
  answer: 'media',
  conference: 'media',
  dequeue: 'media',
  dialogflow: 'media',
  dtmf: 'media',
  dub: 'media',
  enqueue: 'media',
  gather: 'media',
  hangup: 'answered',
  lex: 'media',
  listen: 'media',
  llm: 'media',
  pipeline: 'media',
  play: 'media',
  rasa: 'media',
  say: 'media',
  'sip:decline': 'unanswered',
  'sip:refer': 'answered',
  'sip:request': 'answered',
  transcribe: 'media',
};

/** Note that `pause`, `tag`, `redirect` and a plain `config` do not answer the call. */
export function preconditionOf(verb: Verb): Precondition {
  if (verb.name === 'config') return configNeedsMedia(verb) ? 'media' : 'none';
  return NEEDS[verb.name] ?? 'none';
}

/** True for a verb that plays to the caller before the call is answered. */
export function playsEarly(verb: Verb): boolean {
  const { earlyMedia, say, play } = verb.data;
  if (earlyMedia === true) return true;
  return [say, play].some((prompt) => isJsonObject(prompt) && prompt['earlyMedia'] === true);
}

function configNeedsMedia(verb: Verb): boolean {
  const { bargeIn, record, listen, amd, transcribe } = verb.data;
  return (
    enabled(bargeIn) ||
    (isJsonObject(record) && record['action'] !== undefined) ||
    (isJsonObject(listen) && listen['url'] !== undefined) ||
    amd !== undefined ||
    enabled(transcribe)
  );
}

function enabled(part: unknown): boolean {
  return isJsonObject(part) && part['enable'] === true;
}
