import type { CallOutcome } from '../call-outcome.ts';
import type { OptionsAnswer } from '../kinds/ask-options.ts';
import type { CallOptions } from '../options.ts';
import type { SimulatedCall } from '../simulated-call.ts';

/** How a scenario is played. */
export interface ScenarioOptions extends Omit<CallOptions, 'kind' | 'application'> {
  /**
   * The call executes the scenario's own verbs in place of the server's initial application, which it asks for all the same:
   * for a server that would not come up with the verbs that the scenario is about. Default false.
   */
  readonly ownVerbs?: boolean;
  /** When the caller has had enough, simulated ms after the call was set up; default 30,000. */
  readonly patienceMs?: number;
}

/** What became of one call of a scenario. */
export interface CallRecord {
  readonly callSid: string;
  readonly outcome: CallOutcome;
  /** How many sockets it had; a reconnect is none. */
  readonly sockets: number;
  /** Types of the messages that it sent, in order, with the number of the socket. */
  readonly sent: readonly string[];
  /** Types, or commands, of what the server sent, likewise. */
  readonly received: readonly string[];
  /** Names of the verbs it executed. */
  readonly verbs: readonly string[];
  /** The same for verbs that were played to one party beside them. */
  readonly sideVerbs: readonly string[];
  /** What of the server's had no effect, and why. */
  readonly ignored: readonly string[];
}

/** What became of a scenario. */
export interface ScenarioRecord {
  readonly scenario: string;
  /** The outcome is the one that the scenario is about. */
  readonly ok: boolean;
  /** For people. */
  readonly detail: string;
  /** The call first, then the ones that it brought about; empty for a scenario without a call. */
  readonly calls: readonly CallRecord[];
  /** Of the scenario `options` only. */
  readonly answer: OptionsAnswer | undefined;
}

/** A scenario that is being played. */
export interface RunningScenario {
  /** For tests that want to have a say in it; undefined when the scenario has no call. */
  readonly call: SimulatedCall | undefined;
  /** Resolves when all of its calls are over. Never rejects. */
  readonly done: Promise<ScenarioRecord>;
}

/** One kind of call, played against any server. */
export interface Scenario {
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** @throws JambusError `bad_config` for a URL that cannot be used. */
  start(options: ScenarioOptions): RunningScenario;
}
