import type { CallState } from '../call-state.ts';
import type { Verb } from '../verbs/application.ts';
import type { ChildLeg } from '../verbs/host.ts';
import type { Signal } from '../verbs/signal.ts';
import type { JsonObject } from '../wire/json.ts';
import type { TtsBuffer } from './tts-buffer.ts';

/** A `command` message that jambonz could parse. */
export interface Command {
  readonly command: string;
  readonly data: unknown;
  readonly queueCommand: boolean;
  /** The leg it is for: top-level `callSid`, else the call of the socket, which only one that brought `session:new` knows. */
  readonly callSid: string | undefined;
  readonly toolCallId: unknown;
}

/** Whom the server is to be asked for: the call itself, the leg it dialled, or both. */
export interface RedirectHooks {
  readonly call: unknown;
  readonly child: unknown;
}

/** The call, as far as commands reach into it. */
export interface CommandTarget {
  readonly callSid: string;
  readonly state: CallState;
  readonly currentVerb: Verb | undefined;
  readonly child: ChildLeg | undefined;
  /** It has joined a conference, not only waits for one. */
  readonly inConference: boolean;
  readonly tts: TtsBuffer;
  /** Tells the current verb that something happens; false when it makes nothing of it. */
  signal(signal: Signal): boolean;
  replaceVerbs(verbs: Verb[]): void;
  appendVerbs(verbs: Verb[]): void;
  /** Asks the server for a new application (`session:redirect`). */
  redirectTo(hooks: RedirectHooks): void;
  configure(data: JsonObject): void;
  /** Places another call. */
  dial(body: JsonObject): void;
  /** Hangs up a call that was answered. */
  hangUpByCommand(): void;
  /** Refuses a call that was not answered yet. */
  refuse(sipStatus: number): void;
  /** Says something to the server. */
  notify(type: string, data: JsonObject): void;
}

/** Carries out a command; gives back why it had no effect, undefined when it had one. Nothing of this is told to the server. */
export type Effect = (command: Command, target: CommandTarget) => string | undefined;
