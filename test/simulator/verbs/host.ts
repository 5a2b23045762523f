import type { Reply } from '../script/caller.ts';
import type { Callee } from '../script/script.ts';
import type { Answer } from '../sockets/requests.ts';
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

/** Verbs that are played to one party while the call's own verb waits. */
export interface SidePlay {
  /** Resolves when they are through or stopped; with false when one of them hung up. */
  readonly done: Promise<boolean>;
  stop(): void;
}

/** What a verb can do to the call it executes in. All of it works without `this`, so that a part can be replaced. */
export interface VerbHost {
  readonly durations: Durations;
  /** What those who are dialled do. */
  readonly callee: Callee;
  /** The account wants `queue:status`. */
  readonly queueEvents: boolean;
  isAnswered(): boolean;
  /** The server closed with 1000, so nothing more will come from it. */
  isGivenUp(): boolean;
  /** Sends the 200 OK to the caller, unless that was done before. */
  answer(): void;
  /** Ends the call from jambonz's side. */
  hangUp(): void;
  /** Refuses a call that was not answered yet. */
  decline(sipStatus: number, sipReason: string): void;
  /** What the caller does at this gather; undefined: nothing, until it times out. */
  replyOfCaller(verb: Verb): Reply | undefined;
  /** Performs a verb's hook; verbs in the ack replace the application, unless `verbsCount` is false. */
  hook(hook: unknown, results: JsonObject, verbsCount: boolean, type?: string): Promise<HookOutcome>;
  /** Asks the server something and leaves it to the verb what the ack means. */
  ask(type: string, hook: unknown, data: JsonObject): Promise<Answer>;
  /** What hooks say about the call, and about a leg that it dialled. */
  info(): JsonObject;
  childInfo(leg: ChildLeg): JsonObject;
  childStatus(leg: ChildLeg, progress: CallProgress, more: JsonObject): void;
  setChild(leg: ChildLeg | undefined): void;
  /** Makes a leg a call of its own that executes `verbs`; false when the server did not acknowledge it. */
  adult(leg: ChildLeg, verbs: Verb[]): Promise<boolean>;
  /** Plays to the caller, or to a leg that was dialled. */
  play(verbs: Verb[], leg?: ChildLeg): SidePlay;
  /** Other verbs take the place of all that runs and waits. */
  replace(verbs: Verb[]): void;
  /** A `redirect` names another server: for the call, or for its statuses alone. */
  handOver(url: string): void;
  moveStatuses(url: string): void;
  /** The call that jambonz has placed gets on. */
  progress(progress: CallProgress): void;
  /** It is over: nobody answered, and why. */
  unanswered(why: CallProgress): void;
  /** Asks for the application of a call that jambonz has placed. */
  askInitial(): Promise<Answer>;
  /** The call has its application. */
  setUp(): void;
  setTag(data: JsonObject): void;
  /** Joined, or left, a conference. */
  setInConference(joined: boolean): void;
  configure(data: JsonObject): void;
  noteDub(data: JsonObject): void;
  noteSipRequest(data: JsonObject): void;
  noteDtmf(data: JsonObject): void;
  /** Tells of a step within a verb, such as `start-playback`, when the application wants to know. */
  playback(verb: Verb, event: string): void;
  verbStarting(verb: Verb): void;
  verbFinished(verb: Verb): void;
  /** What goes wrong with this verb, if anything. */
  failureOf(verb: Verb): string | undefined;
  /** Says that a verb failed (`jambonz:error`). */
  reportError(data: JsonObject): void;
  /** Says something without waiting. */
  say(type: string, data: JsonObject): void;
  /** Something that has no effect, and why. */
  ignored(reason: string): void;
}
