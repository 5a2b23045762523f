import type { CallState } from '../call-state.ts';
import type { Clock } from '../clock.ts';
import type { StatusForm } from '../options.ts';
import type { Verb } from '../verbs/application.ts';
import type { ChildLeg } from '../verbs/host.ts';
import { type CallFacts, type CallProgress, callInfo, childCallInfo, IN_PROGRESS, TRYING } from '../wire/call-facts.ts';
import type { JsonObject } from '../wire/json.ts';

/** Tells the server how call and verbs get on: `call:status` always, `verb:status` once `config` has asked for it. */
export class CallReporter {
  readonly #facts: CallFacts;
  readonly #state: CallState;
  readonly #clock: Clock;
  readonly #statusForm: StatusForm;
  readonly #say: (type: string, data: JsonObject) => void;
  #progress: CallProgress = TRYING;
  #answeredAt = 0;
  #verbsWanted = false;

  constructor(
    facts: CallFacts,
    state: CallState,
    clock: Clock,
    statusForm: StatusForm,
    say: (type: string, data: JsonObject) => void,
  ) {
    this.#facts = facts;
    this.#state = state;
    this.#clock = clock;
    this.#statusForm = statusForm;
    this.#say = say;
  }

  /** What hooks and statuses have in common: who calls whom, how far the call is, what was attached to it. */
  info(): JsonObject {
    const { customerData } = this.#state;
    return { ...callInfo(this.#facts, this.#progress), ...(customerData && { customerData }) };
  }

  childInfo(leg: ChildLeg, progress: CallProgress = IN_PROGRESS): JsonObject {
    return childCallInfo(this.#facts, leg.callSid, leg.to, progress);
  }

  status(progress: CallProgress, more: JsonObject = {}): void {
    this.#progress = progress;
    this.#state.status = progress.status;
    this.#say('call:status', { ...this.info(), ...more });
  }

  answered(): void {
    this.#answeredAt = this.#clock.now();
    this.status(IN_PROGRESS);
  }

  completed(by: 'caller' | 'jambonz'): void {
    const duration = Math.round((this.#clock.now() - this.#answeredAt) / 1000);
    this.status({ ...IN_PROGRESS, status: 'completed' }, { call_termination_by: by, duration });
  }

  /** B-leg statuses come on the A-leg's socket. */
  child(leg: ChildLeg, progress: CallProgress, more: JsonObject): void {
    this.#say('call:status', { ...this.childInfo(leg, progress), ...more });
  }

  /** From now on verbs are reported; jambonz has no way to turn that off again. */
  reportVerbs(): void {
    this.#verbsWanted = true;
  }

  verb({ id, name }: Verb, event: 'starting' | 'finished'): void {
    if (!this.#verbsWanted) return;
    const documented = { id, verb: name, status: event === 'starting' ? 'begin' : 'end' };
    this.#say('verb:status', this.#statusForm === 'real' ? { event, id, name } : documented);
  }

  /** A step within a verb; the documented form knows none. */
  playback({ id, name }: Verb, event: string): void {
    if (this.#verbsWanted && this.#statusForm === 'real') this.#say('verb:status', { event, id, name, verb: name });
  }
}
