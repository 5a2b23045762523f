import type { Reply } from '../script/caller.ts';
import type { CallProgress } from '../wire/call-facts.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Verb } from './application.ts';
import type { Durations } from './durations.ts';

/** What came of asking the server through a hook. `failed`: no ack, or one that jambonz cannot use. */
export type HookOutcome = 'replaced' | 'nothing' | 'failed';

/** A leg that the call dialled. */
export interface ChildLeg {
  readonly callSid: string;
  readonly to: string;
}

/** What a verb can do to the call it executes in. */
export interface VerbHost {
  readonly durations: Durations;
  readonly answered: boolean;
  /** The server closed with 1000, so nothing more will come from it. */
  readonly givenUp: boolean;
  /** Sends the 200 OK to the caller, unless that was done before. */
  answer(): void;
  /** Ends the call from jambonz's side. */
  hangUp(): void;
  /** Refuses a call that was not answered yet. */
  decline(sipStatus: number, sipReason: string): void;
  /** What the caller does at this gather; undefined: nothing, until it times out. */
  replyOfCaller(verb: Verb): Reply | undefined;
  /** Performs a verb's hook; verbs in the ack replace the application, unless `verbsCount` is false. */
  hook(hook: unknown, results: JsonObject, verbsCount: boolean): Promise<HookOutcome>;
  /** Asks whether a dialled leg takes the call. */
  confirm(hook: unknown, leg: ChildLeg): Promise<void>;
  childStatus(leg: ChildLeg, progress: CallProgress, more: JsonObject): void;
  setChild(leg: ChildLeg | undefined): void;
  setTag(data: JsonObject): void;
  configure(data: JsonObject): void;
  noteDub(data: JsonObject): void;
  noteSipRequest(data: JsonObject): void;
  noteDtmf(data: JsonObject): void;
  /** Tells of a step within a verb, such as `start-playback`, when the application wants to know. */
  playback(verb: Verb, event: string): void;
  verbStarting(verb: Verb): void;
  verbFinished(verb: Verb): void;
  /** Something that has no effect, and why. */
  ignored(reason: string): void;
}
