import type { Clock, Timer } from '../clock.ts';
import type { Journal } from '../wire/journal.ts';
import { isJsonObject, type JsonObject } from '../wire/json.ts';

/** The buffer takes this many characters, and wants more when it is down to that many. */
const CAPACITY = 1000;
const LOW_WATER = 200;
const SPEECH_MS_PER_CHARACTER = 65;

/**
 * The buffer behind `tts:tokens`: it empties at the speed of speech. When a text does not fit, the answer is `failed` with
 * `full`, and so is every further one until `stream_resumed` is announced (jambonz feature-server 0.9.8).
 */
export class TtsBuffer {
  readonly #clock: Clock;
  readonly #spoken: Journal<string>;
  readonly #notify: (type: string, data: JsonObject) => void;
  #level = 0;
  #levelAt = 0;
  #full: Timer | undefined;

  constructor(clock: Clock, spoken: Journal<string>, notify: (type: string, data: JsonObject) => void) {
    this.#clock = clock;
    this.#spoken = spoken;
    this.#notify = notify;
  }

  /** Takes `{id, tokens}` and answers with `tts:tokens-result`. Gives back why it had no effect. */
  take(data: unknown): string | undefined {
    const { id, tokens } = isJsonObject(data) ? data : { id: undefined, tokens: undefined };
    if (id === undefined) return this.#fail({}, 'missing id');
    if (typeof tokens !== 'string') return this.#fail({ id }, 'missing tokens');
    this.#drain();
    if (this.#full || this.#level + tokens.length > CAPACITY) {
      this.#pause();
      return this.#fail({ id }, 'full');
    }
    this.#level += tokens.length;
    this.#spoken.push(tokens);
    this.#notify('tts:tokens-result', { id, status: 'ok' });
    return undefined;
  }

  flush(): undefined {
    return undefined;
  }

  /** Forgets what was not spoken yet. */
  clear(): undefined {
    this.#level = 0;
    if (this.#full) this.#resume();
  }

  stop(): void {
    this.#full?.stop();
  }

  #fail(id: JsonObject, reason: string): string {
    this.#notify('tts:tokens-result', { ...id, status: 'failed', reason });
    return `tts:tokens: ${reason}`;
  }

  #drain(): void {
    const now = this.#clock.now();
    this.#level = Math.max(0, this.#level - (now - this.#levelAt) / SPEECH_MS_PER_CHARACTER);
    this.#levelAt = now;
  }

  #pause(): void {
    if (this.#full) return;
    this.#notify('tts:streaming-event', { event_type: 'stream_paused' });
    const ms = Math.max(0, this.#level - LOW_WATER) * SPEECH_MS_PER_CHARACTER;
    this.#full = this.#clock.after(ms, () => this.#resume());
  }

  #resume(): void {
    this.#full?.stop();
    this.#full = undefined;
    this.#notify('tts:streaming-event', { event_type: 'stream_resumed' });
  }
}
