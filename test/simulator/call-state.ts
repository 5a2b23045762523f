import type { Verb } from './verbs/application.ts';
import { Journal } from './wire/journal.ts';
import type { JsonObject } from './wire/json.ts';

/** A verb that was played to one party beside the call's own: by `confirmHook`, `waitHook` and their like. */
export interface SideVerb {
  readonly leg: 'parent' | 'child';
  readonly verb: Verb;
}

export type RecordingState = 'off' | 'on' | 'paused';

/** A SIP request or DTMF digit that left towards a party, and towards which. */
export interface SentToParty {
  readonly leg: 'parent' | 'child';
  readonly content: JsonObject;
}

/** What commands and verbs have made of a call: what a person on the line, or the far SIP end, would notice. */
export class CallState {
  /** `trying`, `in-progress`, `completed`, … as the last `call:status` said. */
  status = 'trying';
  answered = false;
  muted = false;
  /** The dialled leg is muted. */
  childMuted = false;
  /** All legs of the conference but the moderators are muted. */
  conferenceMuted = false;
  onHold = false;
  /** What a listen or stream was last told: `pause`, `resume`, `silence`. */
  listenStatus: string | undefined;
  transcribeStatus: string | undefined;
  recording: RecordingState = 'off';
  gainDb = 0;
  mediaPath = 'full-media';
  /** All `config` verbs and commands put together, by property. */
  config: JsonObject = {};
  /** What `tag` has attached to the call; part of later hooks. */
  customerData: JsonObject | undefined;
  /** The verbs of each whisper. */
  readonly whispers: Journal<readonly Verb[]>;
  readonly sipRequests: Journal<SentToParty>;
  readonly dtmfSent: Journal<SentToParty>;
  readonly dubs: Journal<JsonObject>;
  /** Bodies of the command `dial`: new calls that were placed. */
  readonly dialled: Journal<JsonObject>;
  /** What `conf:participant-action` did, in order. */
  readonly participantActions: Journal<JsonObject>;
  /** What `llm:tool-output` and `llm:update` brought to the language model. */
  readonly llmMessages: Journal<JsonObject>;
  /** What was spoken from `tts:tokens`. */
  readonly ttsTokens: Journal<string>;
  /** Verbs that were executed, in order of their start. */
  readonly verbs: Journal<Verb>;
  readonly sideVerbs: Journal<SideVerb>;

  /** @param limit how many entries each of the lists keeps. */
  constructor(limit: number) {
    this.whispers = new Journal(limit);
    this.sipRequests = new Journal(limit);
    this.dtmfSent = new Journal(limit);
    this.dubs = new Journal(limit);
    this.dialled = new Journal(limit);
    this.participantActions = new Journal(limit);
    this.llmMessages = new Journal(limit);
    this.ttsTokens = new Journal(limit);
    this.verbs = new Journal(limit);
    this.sideVerbs = new Journal(limit);
  }
}
