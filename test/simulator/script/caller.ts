import type { Clock, Timer } from '../clock.ts';
import type { Verb } from '../verbs/application.ts';
import { hookPath } from '../wire/hook-path.ts';
import type { Action, CallerStep, Trigger } from './script.ts';

/** What a caller says or presses at a gather. */
export interface Reply {
  readonly speech: string | undefined;
  readonly digits: string | undefined;
  /** Simulated ms after the gather starts; undefined: soon after its prompt. */
  readonly delayMs: number | undefined;
}

/** Does what a caller does besides answering gathers. */
export type ActionRunner = (action: Action) => void;

/** Plays the steps of a script. Steps with the same trigger are used in turn, the last one again and again. */
export class Caller {
  readonly #steps: readonly CallerStep[];
  readonly #clock: Clock;
  readonly #perform: ActionRunner;
  readonly #used = new Map<string, number>();
  readonly #timers = new Set<Timer>();

  constructor(steps: readonly CallerStep[], clock: Clock, perform: ActionRunner) {
    this.#steps = steps;
    this.#clock = clock;
    this.#perform = perform;
  }

  /** The call is set up: the steps that are due by time begin to count. */
  start(): void {
    for (const { trigger, action, delayMs } of this.#steps) {
      if (trigger.kind === 'time') this.#later(trigger.afterMs + (delayMs ?? 0), action);
    }
  }

  /** Hangs up some time from now, whatever the steps say. */
  hangUpAfter(ms: number): void {
    this.#later(ms, { kind: 'hangup' });
  }

  stop(): void {
    for (const timer of this.#timers) timer.stop();
    this.#timers.clear();
  }

  /** What the caller does at this gather; undefined: nothing. */
  replyTo(gather: Verb): Reply | undefined {
    if (this.#steps.length === 0) return undefined;
    const hook = hookPath(gather.data['actionHook']);
    const step =
      this.#take(`hook ${hook}`, (trigger) => trigger.kind === 'hook' && trigger.hook === hook, answersGather) ??
      this.#takeForVerb('verb', gather, answersGather);
    if (!step || step.action.kind === 'silence') return undefined;
    const { action, delayMs } = step;
    return {
      speech: action.kind === 'speech' ? action.speech : undefined,
      digits: action.kind === 'digits' ? action.digits : undefined,
      delayMs,
    };
  }

  verbStarting(verb: Verb): void {
    this.#onVerb('verb', verb);
  }

  verbFinished(verb: Verb): void {
    this.#onVerb('verb finished', verb);
  }

  #onVerb(kind: 'verb' | 'verb finished', verb: Verb): void {
    if (this.#steps.length === 0) return;
    const step = this.#takeForVerb(kind, verb, (action) => !answersGather(action));
    if (!step) return;
    if (step.delayMs === undefined) this.#perform(step.action);
    else this.#later(step.delayMs, step.action);
  }

  #takeForVerb(kind: 'verb' | 'verb finished', verb: Verb, fits: (action: Action) => boolean): CallerStep | undefined {
    for (const label of [verb.id, verb.name]) {
      if (label === undefined) continue;
      const step = this.#take(`${kind} ${label}`, (trigger) => trigger.kind === kind && trigger.verb === label, fits);
      if (step) return step;
    }
    return undefined;
  }

  #take(
    key: string,
    matches: (trigger: Trigger) => boolean,
    fits: (action: Action) => boolean,
  ): CallerStep | undefined {
    const steps = this.#steps.filter((step) => matches(step.trigger) && fits(step.action));
    if (steps.length === 0) return undefined;
    // Answers to a gather and other steps of one trigger take turns separately.
    const turn = `${key} ${fits === answersGather}`;
    const used = this.#used.get(turn) ?? 0;
    this.#used.set(turn, used + 1);
    return steps[Math.min(used, steps.length - 1)];
  }

  #later(ms: number, action: Action): void {
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(timer);
      this.#perform(action);
    });
    this.#timers.add(timer);
  }
}

function answersGather(action: Action): boolean {
  return action.kind === 'speech' || action.kind === 'digits' || action.kind === 'silence';
}
