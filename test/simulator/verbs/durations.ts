import { isJsonObject } from '../wire/json.ts';
import type { Verb } from './application.ts';

/** How fast a text is spoken: about 15 characters a second. */
const SPEECH_MS_PER_CHARACTER = 65;
const PLAY_MS = 3000;
const DIAL_TALK_MS = 10_000;
const GATHER_TIMEOUT_S = 15;

/** Verbs that go on until something ends them; all that are neither here nor below finish at once. */
const OPEN_ENDED: ReadonlySet<string> = new Set([
  'conference',
  'dialogflow',
  'enqueue',
  'lex',
  'listen',
  'llm',
  'pipeline',
  'rasa',
  'transcribe',
]);

/** How long verbs take, simulated ms by verb name; overrides what this module says. */
export type DurationOverrides = Readonly<Record<string, number>>;

/** How long verbs take. */
export class Durations {
  readonly #overrides: DurationOverrides;

  constructor(overrides: DurationOverrides) {
    this.#overrides = overrides;
  }

  /** Simulated ms; Infinity for a verb that goes on until it is ended. */
  of(verb: Verb): number {
    const override = this.#overrides[verb.name];
    if (override !== undefined) return override;
    switch (verb.name) {
      case 'say':
        return verb.data['stream'] === true
          ? Number.POSITIVE_INFINITY
          : speechMs(verb.data['text']) * loops(verb.data['loop']);
      case 'play':
        return PLAY_MS * loops(verb.data['loop']);
      case 'pause':
        return numberOr(verb.data['length'], 0) * 1000;
      case 'dial':
        return Math.min(DIAL_TALK_MS, numberOr(verb.data['timeLimit'], Number.POSITIVE_INFINITY) * 1000);
      case 'listen':
        return numberOr(verb.data['maxLength'], Number.POSITIVE_INFINITY) * 1000;
      default:
        return OPEN_ENDED.has(verb.name) ? Number.POSITIVE_INFINITY : 0;
    }
  }

  /** How long a gather speaks before it listens, simulated ms. */
  promptOf(gather: Verb): number {
    const { say, play } = gather.data;
    if (isJsonObject(say)) return this.of({ name: 'say', id: undefined, data: say });
    if (isJsonObject(play)) return this.of({ name: 'play', id: undefined, data: play });
    return 0;
  }

  /** How long a gather listens to nothing, simulated ms; jambonz takes 0 for "no timeout". */
  timeoutOf(gather: Verb): number {
    const override = this.#overrides['gather'];
    if (override !== undefined) return override;
    const seconds = numberOr(gather.data['timeout'], GATHER_TIMEOUT_S);
    return seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1000;
  }
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function speechMs(text: unknown): number {
  const parts = Array.isArray(text) ? text : [text];
  return parts.reduce(
    (ms: number, part) => ms + (typeof part === 'string' ? part.length * SPEECH_MS_PER_CHARACTER : 0),
    0,
  );
}

function loops(value: unknown): number {
  if (value === 'forever') return Number.POSITIVE_INFINITY;
  const count = Number(value ?? 1);
  return Number.isFinite(count) && count > 0 ? count : 1;
}
