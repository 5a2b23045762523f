import type { Clock } from '../clock.ts';
import type { Verb } from './application.ts';
import { behaviourOf } from './behaviours.ts';
import type { VerbHost } from './host.ts';
import { playsEarly, preconditionOf } from './preconditions.ts';
import { VerbRun } from './verb-run.ts';

/**
 * Executes a call's verbs one after the other. When they have run out it waits for more, unless the server has closed the
 * session with 1000.
 */
export class VerbEngine {
  readonly #host: VerbHost;
  readonly #clock: Clock;
  #queue: Verb[] = [];
  #current: VerbRun | undefined;
  #wake: (() => void) | undefined;
  #gone = false;

  constructor(host: VerbHost, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** The verb that executes now; undefined between verbs and while waiting for commands. */
  get current(): VerbRun | undefined {
    return this.#current;
  }

  /** Executes `verbs` and whatever comes to replace or extend them; resolves when the call has nothing left to do. */
  async run(verbs: Verb[]): Promise<void> {
    this.#queue = [...verbs];
    let verb = this.#queue.shift();
    while (verb && !this.#gone) {
      const sound = await this.#execute(verb);
      if (!sound) return;
      if (this.#queue.length === 0 && !this.#gone && !this.#host.isGivenUp()) await this.#commands();
      verb = this.#queue.shift();
    }
  }

  /** Drops what runs and waits; goes on with `verbs`. */
  replace(verbs: Verb[]): void {
    if (this.#gone) return;
    this.#queue = [...verbs];
    const current = this.#current;
    this.#current = undefined;
    if (current) current.kill('replaced');
    else this.#wake?.();
  }

  /** Adds `verbs` behind those that wait. */
  append(verbs: Verb[]): void {
    if (this.#gone) return;
    this.#queue.push(...verbs);
    // Also for an empty list: a call that waits for commands and is woken with no verb to execute has nothing left to do.
    this.#wake?.();
  }

  /** Ends the current verb only. */
  skip(): void {
    this.#current?.kill('skipped');
  }

  /** The call is gone. */
  stop(): void {
    this.#gone = true;
    this.#current?.kill('hangup');
    this.#wake?.();
  }

  /** False when the verb failed in a way that ends the call. */
  async #execute(verb: Verb): Promise<boolean> {
    const run = new VerbRun(verb, this.#clock);
    this.#current = run;
    this.#host.verbStarting(verb);
    const ready = this.#prepare(verb);
    const sound = !ready || (await this.#perform(run));
    if (this.#current === run) this.#current = undefined;
    if (ready && sound) this.#host.verbFinished(verb);
    return sound;
  }

  async #perform(run: VerbRun): Promise<boolean> {
    const { verb } = run;
    const failure = this.#host.failureOf(verb);
    if (failure === undefined) return behaviourOf(verb)(run, this.#host);
    // A verb that fails says so and is over; the ones behind it go on.
    const what = verb.name === 'say' ? { msg: 'TTS error', failover: 'not available' } : { msg: `${verb.name} error` };
    this.#host.reportError({ ...what, details: failure, verb: verb.name, id: verb.id });
    return true;
  }

  #prepare(verb: Verb): boolean {
    const precondition = preconditionOf(verb);
    if (precondition === 'media' && !playsEarly(verb)) this.#host.answer();
    if (precondition === 'answered' && !this.#host.isAnswered()) {
      this.#host.ignored(`${verb.name} skipped: the call was not answered`);
      return false;
    }
    if (precondition === 'unanswered' && this.#host.isAnswered()) {
      this.#host.ignored(`${verb.name} skipped: the call is already answered`);
      return false;
    }
    return true;
  }

  #commands(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
