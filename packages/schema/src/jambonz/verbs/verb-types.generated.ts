/*
 * Generated from the JSON Schemas of @jambonz/schema and the specifications of @jambonz/verb-specifications.
 * Not to be edited: `pnpm verb-types` writes it.
 */

/**
 * A webhook or websocket callback that jambonz invokes when a verb completes. Reports verb results (e.g. speech
 * recognition from 'gather', dial outcome) and receives the next verbs to execute. In webhook mode: jambonz
 * POSTs to this URL and the HTTP response body is the next verb array. In WebSocket mode: this value becomes an
 * event name emitted on the session — bind session.on('/hookName', (evt) => {...}) and respond with
 * session.reply() (NOT session.send()). The callback payload always includes 'reason' plus verb-specific fields
 * (e.g. 'speech', 'digits' for gather). Can be a simple URL/path string or an object with additional options.
 */
export type ActionHook =
  | string
  | {
      /** The URL to invoke. */
      readonly url: string;
      /** The HTTP method to use. Only applies to webhook applications. */
      readonly method?: 'GET' | 'POST';
      /** Basic authentication credentials to include in the request. */
      readonly basicAuth?: Auth;
      readonly username?: string;
      readonly password?: string;
    };

/** The type of each verb, by its name. */
export interface VerbsByName {
  readonly agent: AgentVerb;
  readonly alert: AlertVerb;
  readonly answer: AnswerVerb;
  readonly conference: ConferenceVerb;
  readonly config: ConfigVerb;
  readonly deepgram_s2s: DeepgramS2sVerb;
  readonly dequeue: DequeueVerb;
  readonly dial: DialVerb;
  readonly dialogflow: DialogflowVerb;
  readonly dtmf: DtmfVerb;
  readonly dub: DubVerb;
  readonly elevenlabs_s2s: ElevenlabsS2sVerb;
  readonly enqueue: EnqueueVerb;
  readonly gather: GatherVerb;
  readonly google_s2s: GoogleS2sVerb;
  readonly gptlive_s2s: GptliveS2sVerb;
  readonly hangup: HangupVerb;
  readonly leave: LeaveVerb;
  readonly lex: LexVerb;
  readonly listen: ListenVerb;
  readonly llm: LlmVerb;
  readonly message: MessageVerb;
  readonly microsoft_s2s: MicrosoftS2sVerb;
  readonly openai_s2s: OpenaiS2sVerb;
  readonly pause: PauseVerb;
  readonly play: PlayVerb;
  readonly qwen_s2s: QwenS2sVerb;
  readonly rasa: RasaVerb;
  readonly redirect: RedirectVerb;
  readonly 'rest:dial': RestDialVerb;
  readonly room: RoomVerb;
  readonly s2s: S2sVerb;
  readonly say: SayVerb;
  readonly 'sip:decline': SipDeclineVerb;
  readonly 'sip:refer': SipReferVerb;
  readonly 'sip:request': SipRequestVerb;
  readonly stream: StreamVerb;
  readonly tag: TagVerb;
  readonly transcribe: TranscribeVerb;
  readonly transfer: TransferVerb;
  readonly ultravox_s2s: UltravoxS2sVerb;
  readonly voiceagent_s2s: VoiceagentS2sVerb;
}
/**
 * Configuration for what to do when an actionHook (webhook) takes a long time to respond. Allows playing interim
 * content (e.g. 'please wait' messages, hold music) while waiting for the webhook response, with configurable
 * retry and give-up behavior.
 */
export interface ActionHookDelayAction {
  /** Whether to enable delay handling for actionHooks. */
  readonly enabled?: boolean;
  /**
   * Time in seconds to wait before executing the delay actions. If the webhook responds before this timeout, the
   * delay actions are skipped.
   */
  readonly noResponseTimeout?: number;
  /** Total time in seconds to wait for a webhook response before giving up and executing the giveUpActions. */
  readonly noResponseGiveUpTimeout?: number;
  /** Number of times to retry the delay actions while still waiting for the webhook response. */
  readonly retries?: number;
  /**
   * An array of jambonz verbs to execute while waiting for the webhook response. Typically 'say' or 'play' verbs
   * with messages like 'please hold'.
   */
  readonly actions?: readonly {
    readonly [k: string]: unknown;
  }[];
  /**
   * An array of jambonz verbs to execute if the webhook never responds within the giveUpTimeout. Typically an
   * error message and/or hangup.
   */
  readonly giveUpActions?: readonly {
    readonly [k: string]: unknown;
  }[];
}
/**
 * Configures a complete voice AI agent by wiring together STT → LLM → TTS with integrated turn detection.
 * Provides a higher-level abstraction than manually orchestrating the individual components. Optimized for
 * building voice AI agents with proper turn-taking behavior.
 *
 * jambonz 0.9.8 does not have it.
 */
export interface AgentVerb {
  readonly verb: 'agent';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** Speech-to-text configuration for the agent. */
  readonly stt?: Recognizer;
  /** Text-to-speech configuration for the agent. */
  readonly tts?: Synthesizer;
  /**
   * When using Deepgram Flux Multilingual, automatically adjust STT language hints and switch TTS voice based on
   * detected language. Values: false (disabled), true (lock on first utterance), 'always' (continuously adapt on
   * every turn). Default: false.
   */
  readonly autoLockLanguage?: boolean | 'always';
  /**
   * Per-language overrides for TTS. Keys are BCP-47 language codes. When autoLockLanguage detects a language
   * switch, the agent uses the corresponding config.
   */
  readonly languageConfig?: {
    readonly [k: string]: {
      /** TTS config override for this language. Merged with default tts. */
      readonly tts?: Synthesizer;
    };
  };
  /**
   * Turn detection strategy. Controls when the agent decides the user has finished speaking. STT vendors with
   * native turn-taking (deepgramflux, assemblyai, speechmatics) always use their built-in detection regardless of
   * this setting.
   */
  readonly turnDetection?:
    | ('stt' | 'krisp')
    | {
        /** Turn detection mode. Currently only 'krisp' supports object-form tuning. */
        readonly mode: 'krisp';
        /**
         * Krisp end-of-turn confidence threshold (0.0–1.0). Lower values trigger earlier turn transitions. Default: 0.5
         */
        readonly threshold?: number;
        /** Optional Krisp model name override. */
        readonly model?: string;
      };
  /** Controls whether and how the user can interrupt the assistant while it is speaking. */
  readonly bargeIn?: {
    /** Allow the user to interrupt the assistant while it is speaking. Default: true. */
    readonly enable?: boolean;
    /**
     * How interruptions are detected. 'vad' (default): speech onset tentatively interrupts the assistant and is
     * confirmed after minSpeechDuration of sustained speech, otherwise the assistant resumes. 'interruptPrediction':
     * an ML model scores whether caller speech is a genuine interruption attempt vs backchannel (e.g. 'uh-huh'), so
     * the assistant is never tentatively paused and backchannel does not cut it off; requires a provisioned vendor
     * API key.
     */
    readonly strategy?: 'vad' | 'interruptPrediction';
    /**
     * Detection vendor for strategy 'interruptPrediction'; defaults to 'krisp' (currently the only option). Not used
     * with strategy 'vad'.
     */
    readonly vendor?: string;
    /**
     * Probability threshold for interruptPrediction (0-1). Higher values require stronger evidence before
     * interrupting the assistant. Default: 0.5.
     */
    readonly threshold?: number;
    /**
     * Seconds of detected speech required before confirming an interruption. Prevents brief noises from cutting off
     * the assistant. Applies to strategy 'vad' only. Default: 0.5
     */
    readonly minSpeechDuration?: number;
    /** If true, once the user interrupts the assistant does not resume speaking. Default: false. */
    readonly sticky?: boolean;
    readonly [k: string]: unknown;
  };
  /**
   * Seconds to wait after the assistant finishes speaking before prompting the user to respond. 0 disables.
   * Default: 0.
   */
  readonly noResponseTimeout?: number;
  /**
   * LLM configuration for the agent. Optional: when omitted, or when `vendor`/`model` are omitted, they fall back
   * to the application's configured default LLM (like `stt`/`tts`).
   */
  readonly llm?: {
    /**
     * LLM vendor id. Must match a `@jambonz/llm` registered adapter. Optional: falls back to the application's
     * default LLM vendor.
     */
    readonly vendor?: string;
    /**
     * Vendor-specific model id (e.g. 'gpt-4o', 'claude-sonnet-4-5-20250929'). Optional: falls back to the
     * application's default LLM model.
     */
    readonly model?: string;
    /** Optional label to disambiguate when the account has multiple credentials for the same vendor. */
    readonly label?: string;
    /**
     * Optional inline credentials. When omitted, feature-server looks up credentials by (vendor, label) from the
     * database.
     */
    readonly auth?: {
      readonly apiKey?: string;
      readonly [k: string]: unknown;
    };
    /** SDK-level client options. */
    readonly connectOptions?: {
      readonly timeout?: number;
      readonly maxRetries?: number;
      readonly endpoint?: string;
      readonly baseURL?: string;
    };
    /** Per-call LLM configuration. */
    readonly llmOptions?: {
      /**
       * System prompt for the model. Placed vendor-appropriately (top-level for Anthropic/Bedrock,
       * config.systemInstruction for Gemini, role:'system' for OpenAI-compatibles).
       */
      readonly systemPrompt?: string;
      /** Seed conversation history. A role:'system' entry is extracted into systemPrompt internally. */
      readonly messages?: readonly LlmMessage[];
      /** Alias of 'messages' (historical). */
      readonly initialMessages?: readonly LlmMessage[];
      /** Maximum tokens the model may generate per turn. */
      readonly maxTokens?: number;
      /** Sampling temperature. */
      readonly temperature?: number;
      /**
       * Vendor-neutral thinking/reasoning effort. Mapped per-vendor by the LLM adapter (Gemini thinkingLevel, OpenAI
       * reasoning_effort, Anthropic extended thinking); ignored by vendors without a native equivalent. 'minimal'
       * minimizes thinking for lowest TTFT on latency-sensitive voice turns.
       */
      readonly reasoningEffort?: 'minimal' | 'low' | 'medium' | 'high';
      /**
       * Tool / function definitions available to the model. The MCP-flat shape `{name, description, parameters}` is
       * canonical; the OpenAI-wrapped form `{type:'function', function:{...}}` is also accepted.
       */
      readonly tools?: readonly {
        readonly [k: string]: unknown;
      }[];
    };
  };
  /** A webhook invoked when the agent ends. */
  readonly actionHook?: ActionHook;
  /**
   * A webhook invoked for agent events. Receives event types: 'user_transcript' (user speech recognized),
   * 'llm_response' (assistant reply), 'user_interruption' (barge-in detected), and 'turn_end' (end-of-turn summary
   * with transcript, response, and latency metrics).
   */
  readonly eventHook?: ActionHook;
  /**
   * A webhook invoked when the LLM requests a tool/function call. The payload includes the tool name and
   * arguments; the response provides the tool result.
   */
  readonly toolHook?: ActionHook;
  /** Whether the LLM should generate an initial greeting before the user speaks. Default: true. */
  readonly greeting?: boolean;
  /**
   * Enable speculative LLM prompting before end-of-turn is confirmed. When using Krisp turn detection, set this to
   * true to speculatively prompt the LLM before Krisp confirms the turn has ended. If the transcript matches when
   * turn ends, buffered tokens are released immediately — reducing response latency. Note: Deepgram Flux performs
   * early generation automatically via its native EagerEndOfTurn signal regardless of this setting. Default:
   * false.
   */
  readonly earlyGeneration?: boolean;
  /**
   * Enable server-side noise isolation to reduce background noise on call audio. Defaults to filtering inbound
   * (caller) audio; set direction to 'write' for outbound. Useful for improving STT accuracy in noisy
   * environments.
   */
  readonly noiseIsolation?:
    | ('krisp' | 'rnnoise')
    | {
        /** Noise isolation vendor/mode (e.g. 'krisp'). */
        readonly mode: string;
        /** Suppression level 0–100. Default: 100. */
        readonly level?: number;
        /**
         * Audio direction to apply noise isolation. 'read' filters caller audio, 'write' filters outbound audio.
         * Default: 'read'.
         */
        readonly direction?: 'read' | 'write';
        /** Optional model name override. */
        readonly model?: string;
      };
  /**
   * External MCP servers that provide tools to the LLM. The agent connects at startup via SSE, discovers available
   * tools, and makes them callable by the LLM.
   */
  readonly mcpServers?: readonly {
    /** The URL of the MCP server. */
    readonly url: string;
    /** Authentication for the MCP server. */
    readonly auth?: {
      readonly [k: string]: unknown;
    };
    /** MCP root definitions. */
    readonly roots?: {
      readonly [k: string]: unknown;
    }[];
  }[];
  /**
   * Declarative transfer-to-human config. When present, the runtime injects a 'transfer_to_human' tool into the
   * agent's toolset and runs the packaged transfer choreography (blind/warm) when the LLM calls it.
   */
  readonly handoff?: Handoff;
  /**
   * Enable the built-in hangup tool. When present, the runtime injects a 'hangup' tool into the agent's toolset;
   * when the LLM calls it, the call is ended with a reason placed in an X-Reason SIP header (LLM-supplied reason
   * wins, falling back to hangup.reason).
   */
  readonly hangup?: Hangup;
  /**
   * Configuration for playing filler audio while tool calls are in progress. Prevents silence during long-running
   * tool executions.
   */
  readonly toolFiller?: false | ToolFillerConfig;
}
/**
 * Sends a 180 Ringing provisional response with an Alert-Info header. Used to trigger a specific ring tone or
 * alert behavior on the caller's device before the call is answered.
 */
export interface AlertVerb {
  readonly verb: 'alert';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The value to include in the Alert-Info header. */
  readonly message: string;
}
/**
 * Configuration for answering machine detection (AMD). Detects whether an outbound or inbound call was answered
 * by a human or a machine. Used as a nested property on the 'config' or 'dial' verb. IMPORTANT: AMD runs
 * asynchronously in the background. When using AMD with the 'config' verb, you MUST follow it with a 'pause'
 * verb (e.g. pause({ length: 25 })) to keep the call alive while AMD detection runs. Without a pause, the call
 * will end immediately after config completes.
 */
export interface Amd {
  /**
   * Webhook to receive AMD events (amd_human_detected, amd_machine_detected, amd_no_speech_detected,
   * amd_decision_timeout, amd_machine_stopped_speaking, amd_tone_detected, amd_error, amd_stopped).
   */
  readonly actionHook: ActionHook;
  /** Number of spoken words in a greeting that triggers an amd_machine_detected result. */
  readonly thresholdWordCount?: number;
  /** Number of digits in a greeting to trigger detection. 0 disables digit-based detection. */
  readonly digitCount?: number;
  /** Timer settings controlling AMD detection windows. */
  readonly timers?: {
    /** Milliseconds to wait for any speech before returning amd_no_speech_detected. */
    readonly noSpeechTimeoutMs?: number;
    /** Milliseconds before returning amd_decision_timeout if no determination is made. */
    readonly decisionTimeoutMs?: number;
    /** Milliseconds to wait for beep/tone detection. */
    readonly toneTimeoutMs?: number;
    /**
     * Milliseconds of silence after speech before determining the machine greeting is complete. Automatically
     * reduced to 1000ms if a beep is detected.
     */
    readonly greetingCompletionTimeoutMs?: number;
  };
  /**
   * Override the STT recognizer used for AMD speech detection. When omitted, AMD uses the session default
   * recognizer with enhancedModel enabled.
   */
  readonly recognizer?: Recognizer;
}
/**
 * Answers an incoming call (sends a 200 OK to the SIP INVITE). Most verbs implicitly answer the call, so this
 * verb is only needed when you want to explicitly control when the call is answered — for example, to play early
 * media before answering.
 */
export interface AnswerVerb {
  readonly verb: 'answer';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
}
/**
 * Basic authentication credentials, used for authenticating with external services such as websocket endpoints
 * or SIP registrars.
 */
export interface Auth {
  /** The username for authentication. */
  readonly username: string;
  /** The password for authentication. */
  readonly password: string;
}
/**
 * Configuration for bidirectional audio streaming over a websocket connection. When enabled, the remote
 * websocket endpoint can send audio back to jambonz to be played to the caller.
 */
export interface BidirectionalAudio {
  /** Whether to enable bidirectional audio on the websocket connection. */
  readonly enabled?: boolean;
  /** If true, audio is streamed continuously rather than sent as complete messages. */
  readonly streaming?: boolean;
  /** The sample rate in Hz for bidirectional audio. */
  readonly sampleRate?: number;
}
/**
 */
export interface CobaltOptions {
  readonly serverUri?: string;
  readonly enableConfusionNetwork?: boolean;
  readonly metadata?: string;
  readonly compiledContextData?: string;
  readonly wordTimeOffsets?: boolean;
  readonly contextToken?: string;
}
/**
 */
export interface ConferenceRecord {
  readonly path: string;
}
/**
 * Places the caller into a multi-party conference room. Multiple callers in the same named conference can speak
 * to each other. Supports features like muting, recording, waiting rooms, and participant limits.
 */
export interface ConferenceVerb {
  readonly verb: 'conference';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The name of the conference room. All callers joining the same named conference are connected together. */
  readonly name: string;
  /** If true, play a beep when participants join or leave. */
  readonly beep?: boolean;
  /**
   * A tag to identify this participant. Can be used to target specific members for actions like muting or
   * whispering.
   */
  readonly memberTag?: string;
  /**
   * If set, this participant's audio is only heard by the member with the specified memberTag. Creates a private
   * whisper channel.
   */
  readonly speakOnlyTo?: string;
  /**
   * If true (default), the conference starts when this participant joins. If false, this participant waits
   * silently until a participant with startConferenceOnEnter=true joins.
   */
  readonly startConferenceOnEnter?: boolean;
  /** If true, the conference ends for all participants when this participant leaves. */
  readonly endConferenceOnExit?: boolean;
  /** Maximum duration of the conference in seconds. */
  readonly endConferenceDuration?: number;
  /** Maximum number of participants allowed in the conference. */
  readonly maxParticipants?: number;
  /** If true, this participant joins the conference muted. */
  readonly joinMuted?: boolean;
  /** A webhook invoked when this participant leaves the conference. */
  readonly actionHook?: ActionHook;
  /**
   * A webhook invoked while this participant is waiting for the conference to start. Should return verbs to play
   * (e.g. hold music).
   */
  readonly waitHook?: ActionHook;
  /** List of conference events to receive via the statusHook. */
  readonly statusEvents?: readonly string[];
  /** A webhook to receive conference status events (joins, leaves, etc.). */
  readonly statusHook?: ActionHook;
  /** A webhook invoked when this participant first enters the conference. */
  readonly enterHook?: ActionHook;
  /** Recording configuration for the conference. */
  readonly record?: ConferenceRecord;
  /** Audio streaming configuration for the conference. `stream` is the preferred synonym. */
  readonly listen?: Omit<ListenVerb, 'verb'>;
  /** Fork the room's mixed audio to a WebSocket (preferred synonym for `listen`). */
  readonly stream?: {
    readonly [k: string]: unknown;
  };
  /** If true, DTMF events from this participant are distributed to all other participants. */
  readonly distributeDtmf?: boolean;
}
/**
 * Sets session-level defaults for the call. Configures default TTS, STT, VAD, recording, streaming, and other
 * session-wide settings. These defaults apply to all subsequent verbs unless overridden at the verb level.
 * Typically the first verb in an application. Can be used multiple times during a call to change settings.
 */
export interface ConfigVerb {
  readonly verb: 'config';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** Default TTS configuration for the session. */
  readonly synthesizer?: Synthesizer;
  /** Default STT configuration for the session. */
  readonly recognizer?: Recognizer;
  /** Default barge-in configuration. When enabled, callers can interrupt playing prompts with speech or DTMF. */
  readonly bargeIn?: {
    readonly enable?: boolean;
    /** If true, barge-in settings persist across verbs rather than resetting after each verb. */
    readonly sticky?: boolean;
    readonly actionHook?: ActionHook;
    readonly input?: readonly ('speech' | 'digits')[];
    readonly minBargeinWordCount?: number;
    readonly partialResultHook?: ActionHook;
    readonly finishOnKey?: string;
    readonly numDigits?: number;
    readonly minDigits?: number;
    readonly maxDigits?: number;
    readonly interDigitTimeout?: number;
    readonly dtmfBargein?: boolean;
  };
  /** Default TTS streaming configuration for the session. */
  readonly ttsStream?: {
    readonly enable?: boolean;
    readonly synthesizer?: Synthesizer;
  };
  /** Session-level call recording configuration. */
  readonly record?: RecordOptions;
  /**
   * Session-level audio streaming configuration defaults. Properties match the listen verb but no fields are
   * required here.
   */
  readonly listen?: ListenOptions;
  /** Session-level audio streaming configuration defaults. Alias for 'listen'. */
  readonly stream?: ListenOptions;
  /** Session-level transcription configuration defaults. */
  readonly transcribe?: TranscribeOptions;
  /** Session-level answering machine detection configuration. */
  readonly amd?: Amd;
  /** Default filler noise configuration for the session. */
  readonly fillerNoise?: FillerNoise;
  /** Default voice activity detection configuration for the session. */
  readonly vad?: Vad;
  /** If true, send call events (e.g. DTMF, call status changes) to the application via the status webhook. */
  readonly notifyEvents?: boolean;
  /** If true, include STT latency measurements in webhook payloads. */
  readonly notifySttLatency?: boolean;
  /**
   * Reset specific session-level settings to their defaults. Pass a setting name or array of setting names to
   * reset.
   */
  readonly reset?: string | readonly string[];
  /** URL of an audio file to play when the call is placed on hold. */
  readonly onHoldMusic?: string;
  /** Default configuration for handling slow webhook responses. */
  readonly actionHookDelayAction?: ActionHookDelayAction;
  /** A webhook to invoke when a SIP request (e.g. INFO, NOTIFY) is received within the dialog. */
  readonly sipRequestWithinDialogHook?: ActionHook;
  /** Boost (or attenuate) the audio signal in dB for the session. */
  readonly boostAudioSignal?: number | string;
  /** A webhook to invoke when a SIP REFER request is received. */
  readonly referHook?: ActionHook;
  /** If true, allow early media (audio before call answer) for the session. */
  readonly earlyMedia?: boolean;
  /** If true, automatically use streaming TTS for all 'say' verbs in the session. */
  readonly autoStreamTts?: boolean;
  /** If true, disable TTS caching for the session. */
  readonly disableTtsCache?: boolean;
  /**
   * If true, report the actual text spoken via TTS. Requires a TTS vendor that supports alignment data (e.g.
   * ElevenLabs). On each utterance completion or interruption, a tts_spoken event is sent to the
   * '/streaming-event' endpoint with fields: 'text' (string — the text actually spoken) and 'bargein' (boolean —
   * true if the user interrupted before TTS finished). See the tts-streaming-event callback schema for full
   * details.
   */
  readonly trackTtsPlayout?: boolean;
  /**
   * Noise isolation configuration to reduce background noise on call audio. Defaults to filtering inbound (caller)
   * audio; can also filter outbound audio via the direction option.
   */
  readonly noiseIsolation?: {
    readonly enable?: boolean;
    readonly vendor?: string;
    readonly level?: number;
    readonly model?: string;
  };
  /** Turn-taking detection configuration for conversational AI applications. */
  readonly turnTaking?: {
    readonly enable?: boolean;
    readonly vendor?: string;
    readonly threshold?: number;
    readonly model?: string;
  };
}
/**
 * Shortcut for 'llm' with vendor automatically set to 'deepgram'. Connects the caller to a Deepgram model for
 * real-time speech-to-speech voice conversation.
 */
export interface DeepgramS2sVerb extends LlmBaseOptions {
  readonly verb: 'deepgram_s2s';
  /**
   * IMPORTANT: Deepgram does NOT use a 'messages' array. The llmOptions must contain a 'Settings' object with
   * 'agent.think' (LLM provider, model, and prompt) and 'agent.speak' (TTS provider and voice model). The system
   * prompt goes in Settings.agent.think.prompt, NOT in messages.
   */
  readonly llmOptions: {
    readonly [k: string]: unknown;
  };
  /** The LLM vendor (always 'deepgram' for this shortcut). */
  readonly vendor?: 'deepgram';
}
/**
 * Removes a caller from a named queue and bridges them to the current call. Typically used by an agent or
 * operator call flow to connect with the next waiting caller.
 */
export interface DequeueVerb {
  readonly verb: 'dequeue';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The name of the queue to dequeue from. */
  readonly name: string;
  /** A webhook invoked when the dequeued call ends. */
  readonly actionHook?: ActionHook;
  /** Time in seconds to wait for a caller to be available in the queue. */
  readonly timeout?: number;
  /** If true, play a beep when the calls are connected. */
  readonly beep?: boolean;
  /** Dequeue a specific call by its call SID, rather than the next caller in line. */
  readonly callSid?: string;
}
/**
 * Initiates an outbound call to one or more targets and bridges the caller to the first target that answers.
 * Targets can be phone numbers (PSTN), SIP endpoints, registered users, or Microsoft Teams users. Supports
 * simultaneous ringing, call screening, recording, and DTMF capture during the bridged call.
 */
export interface DialVerb {
  readonly verb: 'dial';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /**
   * One or more call targets to dial. If multiple targets are specified, they are rung simultaneously and the
   * first to answer is connected. The rest are canceled.
   */
  readonly target: readonly Target[];
  /**
   * A webhook invoked when the dialed call ends. Receives call disposition details (duration, who hung up, etc.)
   * and should return the next verbs to execute.
   */
  readonly actionHook?: ActionHook;
  /**
   * A webhook invoked when the call is placed on hold. Should return verbs to execute (e.g. play hold music) while
   * the caller is holding.
   */
  readonly onHoldHook?: ActionHook;
  /**
   * If true, delay answering the inbound call until the outbound leg is answered. This allows the caller to hear
   * ringing until the target picks up, and avoids billing the caller for unanswered outbound attempts.
   */
  readonly answerOnBridge?: boolean;
  /** The caller ID (phone number) to present on the outbound call. Overrides the default caller ID. */
  readonly callerId?: string;
  /** The caller display name to present on the outbound call. */
  readonly callerName?: string;
  /**
   * A webhook invoked when a target answers, before the call is bridged. Used for call screening — the webhook can
   * return verbs (e.g. a 'say' prompt and 'gather') to confirm the callee wants to accept the call.
   */
  readonly confirmHook?: ActionHook;
  /**
   * A webhook invoked when a SIP REFER is received on the bridged call. Allows handling call transfers initiated
   * by the far end.
   */
  readonly referHook?: ActionHook;
  /**
   * URL of an audio file to play to the caller while the outbound call is ringing. Replaces the default ringback
   * tone.
   */
  readonly dialMusic?: string;
  /**
   * Configuration for capturing DTMF digits during the bridged call. Can be a simple array of patterns (applied to
   * both legs) or an object with childCall/parentCall arrays.
   */
  readonly dtmfCapture?:
    | readonly string[]
    | {
        readonly [k: string]: unknown;
      };
  /** A webhook invoked when a captured DTMF pattern is detected during the bridged call. */
  readonly dtmfHook?: ActionHook;
  /** Custom SIP headers to include on the outbound INVITE. */
  readonly headers?: {
    readonly [k: string]: string | number | readonly (string | number)[];
  };
  /**
   * If true, keep media anchored through the jambonz media server even if a direct media path is possible.
   * Required for features like recording, listen, and DTMF capture during bridged calls.
   */
  readonly anchorMedia?: boolean;
  /**
   * Codec names, in preference order, to offer on the outbound INVITE (e.g. ["G722", "PCMU"]). Names are
   * case-insensitive. When omitted, the media server offers its defaults with the inbound leg's codec first so the
   * bridged legs match. If any name is not supported by the media server the whole list is ignored, an error is
   * logged and an alert is written, and default negotiation is used.
   */
  readonly codecs?: readonly string[];
  /**
   * If true, remove jambonz from the media path after the call is bridged. Reduces latency but disables mid-call
   * features like recording and DTMF capture.
   */
  readonly exitMediaPath?: boolean;
  /**
   * Boost (or attenuate) the audio signal in dB. Positive values increase volume, negative values decrease it.
   */
  readonly boostAudioSignal?: number | string;
  /** Nested listen configuration for streaming audio of the bridged call. */
  readonly listen?: Omit<ListenVerb, 'verb'>;
  /** Nested stream configuration for streaming audio of the bridged call. Alias for 'listen'. */
  readonly stream?: Omit<ListenVerb, 'verb'>;
  /** Nested transcribe configuration for real-time transcription of the bridged call. */
  readonly transcribe?: Omit<TranscribeVerb, 'verb'>;
  /**
   * Maximum duration in seconds for the bridged call. The call is automatically hung up when this limit is
   * reached.
   */
  readonly timeLimit?: number;
  /** Time in seconds to wait for the target to answer before giving up. */
  readonly timeout?: number;
  /** A SIP proxy to route the outbound call through. */
  readonly proxy?: string;
  /**
   * Answering machine detection configuration. When enabled, jambonz attempts to determine whether the call was
   * answered by a human or a machine.
   */
  readonly amd?: Amd;
  /** Nested dub verbs — audio dubbing configuration for mixing additional audio tracks into the bridged call. */
  readonly dub?: readonly Omit<DubVerb, 'verb'>[];
  /** Arbitrary metadata to attach to this call leg. Included in subsequent webhook invocations and CDRs. */
  readonly tag?: {
    readonly [k: string]: unknown;
  };
  /** If true, forward the P-Asserted-Identity header from the inbound call to the outbound call. */
  readonly forwardPAI?: boolean;
  /**
   * Request SRTP (encrypted media) on the outbound call. 'sdes' negotiates keys via SDES crypto attributes in the
   * SDP (used with sips:/TLS SIP targets such as LiveKit); 'dtls' negotiates keys via DTLS-SRTP. Applies to SIP
   * URI targets.
   */
  readonly srtpEncryption?: 'sdes' | 'dtls';
}
/**
 * Connects the caller to a Google Dialogflow agent for a voice conversation. Supports Dialogflow ES, CX, and CES
 * models. The caller speaks and Dialogflow handles intent detection and response generation.
 */
export interface DialogflowVerb {
  readonly verb: 'dialogflow';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** Google service account credentials as a JSON object or stringified JSON. */
  readonly credentials:
    | {
        readonly [k: string]: unknown;
      }
    | string;
  /** The Google Cloud project ID. */
  readonly project: string;
  /** The Dialogflow agent ID for CX, or the app ID for CES. Required for both. */
  readonly agent?: string;
  /** The Dialogflow environment to use (CX). */
  readonly environment?: string;
  /** The deployment to use (CES). Omit to use the app's default. */
  readonly deployment?: string;
  /** The Google Cloud region for the Dialogflow API endpoint. */
  readonly region?: string;
  /** The Dialogflow model type: 'es' for Dialogflow ES, 'cx' for Dialogflow CX, 'ces' for Dialogflow CES. */
  readonly model?: 'es' | 'cx' | 'ces';
  /** The language code for the conversation (e.g. 'en-US'). */
  readonly lang: string;
  /**
   * Names the conversation on the Dialogflow side. Reuse the same value on a later dialogflow verb in the same
   * call to return the caller to the same conversation, with the history the agent had built up - for example
   * after handing the caller to a dial leg and back. Defaults to the call sid.
   */
  readonly sessionId?: string;
  /** A webhook invoked when the Dialogflow session ends. */
  readonly actionHook?: ActionHook;
  /** A webhook invoked for Dialogflow events during the conversation. */
  readonly eventHook?: ActionHook;
  /**
   * A webhook invoked when the agent requests a client-side tool call (CX and CES). Respond with
   * {outputParameters} (or {error}) to resume the conversation. The posted tool_call is each model's native shape:
   * CX sends {tool, action, input_parameters}; CES sends {id, display_name, tool, args}. CES echoes its per-call
   * id automatically, so you need not return it.
   */
  readonly toolHook?: ActionHook;
  /** List of event types to receive via the eventHook. */
  readonly events?: readonly string[];
  /** A Dialogflow event to trigger at the start of the conversation (e.g. 'welcome'). */
  readonly welcomeEvent?: string;
  /** Parameters to pass with the welcome event. */
  readonly welcomeEventParams?: {
    readonly [k: string]: unknown;
  };
  /** Seconds to wait for caller input before triggering the no-input event. */
  readonly noInputTimeout?: number;
  /** Dialogflow event to trigger when no input is received within the timeout. */
  readonly noInputEvent?: string;
  /** If true, pass DTMF digits to Dialogflow as text input. */
  readonly passDtmfAsTextInput?: boolean;
  /** URL of an audio file to play while waiting for Dialogflow to respond. */
  readonly thinkingMusic?: string;
  /** TTS configuration for Dialogflow responses. */
  readonly tts?: Synthesizer;
  /** If true, allow the caller to interrupt Dialogflow responses with speech. */
  readonly bargein?: boolean;
  /** Initial query input to send to Dialogflow. */
  readonly queryInput?: {
    /** Text input. */
    readonly text?: string;
    /** Intent to trigger. */
    readonly intent?: string;
    /** Event to trigger. */
    readonly event?: string;
    /** DTMF input. */
    readonly dtmf?: string;
  };
}
/**
 * Sends DTMF tones on the call. Used to interact with IVR systems on the far end, or to signal systems that
 * respond to DTMF.
 */
export interface DtmfVerb {
  readonly verb: 'dtmf';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /**
   * The DTMF digits to send. Valid characters are 0-9, *, #, and A-D. Use 'w' for a 500ms pause between digits.
   */
  readonly dtmf: string;
  /** Duration in milliseconds for each DTMF tone. */
  readonly duration?: number;
}
/**
 * Manages audio dubbing tracks on a call. Allows adding, removing, and controlling auxiliary audio tracks that
 * are mixed into the call audio. Used for background music, coaching whispers, or injecting audio from external
 * sources.
 *
 * **Track Routing:** Tracks are heard by the party on whose call leg they are created. A dub verb in the main
 * verb stack (A-leg) creates tracks heard by the caller. A dub verb nested in the dial verb's `dub` array
 * creates tracks heard by the callee. When using injectCommand to play/say on a track from a different call leg,
 * pass the target call's `call_sid` as the third argument to `session.injectCommand()` to route the command to
 * the correct leg.
 */
export interface DubVerb {
  readonly verb: 'dub';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The dubbing action to perform. */
  readonly action: 'addTrack' | 'removeTrack' | 'silenceTrack' | 'playOnTrack' | 'sayOnTrack';
  /** The name of the audio track. Used to reference the track in subsequent dub actions. */
  readonly track: string;
  /** URL of an audio file to play on the track. Used with 'playOnTrack' action. */
  readonly play?: string;
  /**
   * Text to synthesize and play on the track. Used with 'sayOnTrack' action. Can be a string or a say
   * configuration object.
   */
  readonly say?:
    | string
    | {
        readonly [k: string]: unknown;
      };
  /** If true, loop the audio on the track continuously. */
  readonly loop?: boolean;
  /** Audio gain for the track in dB. Use negative values to reduce volume. */
  readonly gain?: number | string;
}
/**
 * Shortcut for 'llm' with vendor automatically set to 'elevenlabs'. Connects the caller to an ElevenLabs
 * Conversational AI agent for real-time speech-to-speech voice conversation. Unlike other s2s vendors,
 * ElevenLabs requires a pre-configured agent_id rather than a model and messages.
 */
export interface ElevenlabsS2sVerb extends LlmBaseOptions {
  readonly verb: 'elevenlabs_s2s';
  /**
   * Authentication credentials for ElevenLabs. Requires agent_id; api_key is optional (if not provided, an
   * unsigned URL is used).
   */
  readonly auth: {
    /** The ElevenLabs Conversational AI agent ID. Required. */
    readonly agent_id: string;
    /** The ElevenLabs API key. Optional; when provided, a signed URL is used for the WebSocket connection. */
    readonly api_key?: string;
  };
  /** The LLM vendor (always 'elevenlabs' for this shortcut). */
  readonly vendor?: 'elevenlabs';
  /** Options for the ElevenLabs conversation session. */
  readonly llmOptions?: {
    /** Optional data sent to the agent when the conversation starts. */
    readonly conversation_initiation_client_data?: {
      readonly [k: string]: unknown;
    };
    /** Audio input sample rate in Hz. */
    readonly input_sample_rate?: number;
    /** Audio output sample rate in Hz. */
    readonly output_sample_rate?: number;
    readonly [k: string]: unknown;
  };
}
/**
 * Places the caller into a named call queue. While in the queue, the caller hears content returned by the
 * waitHook (typically hold music or position announcements). The caller remains in the queue until dequeued by
 * another call or process.
 */
export interface EnqueueVerb {
  readonly verb: 'enqueue';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The name of the queue to place the caller in. Queues are created implicitly when first referenced. */
  readonly name: string;
  /**
   * A webhook invoked when the caller leaves the queue (either dequeued or hung up). Should return the next verbs
   * to execute.
   */
  readonly actionHook?: ActionHook;
  /**
   * A webhook invoked immediately when the caller enters the queue and periodically while waiting. Should return
   * verbs to play to the caller (e.g. hold music, queue position announcements).
   */
  readonly waitHook?: ActionHook;
  /** The priority of this caller in the queue. Lower numbers are higher priority and are dequeued first. */
  readonly priority?: number;
  readonly _?: {
    readonly [k: string]: unknown;
  };
}
/**
 * Configuration for playing background filler noise (e.g. keyboard typing, hold music) while the application is
 * processing and the caller would otherwise hear silence. Commonly used during LLM response generation to
 * indicate the system is working.
 */
export interface FillerNoise {
  /** Whether to enable filler noise. */
  readonly enable: boolean;
  /** URL of the audio file to play as filler noise. Should be a short, loopable audio clip. */
  readonly url?: string;
  /**
   * Number of seconds to wait before starting filler noise. Prevents filler noise from playing during brief
   * processing pauses.
   */
  readonly startDelaySecs?: number;
}
/**
 */
export interface Formatting {
  readonly scheme: string;
  readonly options: {
    readonly [k: string]: unknown;
  };
}
/**
 * Collects user input via speech (STT) and/or DTMF digits. Optionally plays a prompt (using nested 'say' or
 * 'play') while listening. When input is received, the result is sent to the actionHook which should return the
 * next set of verbs. This is the primary verb for building interactive voice menus and conversational flows.
 */
export interface GatherVerb {
  readonly verb: 'gather';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /**
   * Invoked when the gather completes. The payload includes 'reason' ('speechDetected', 'dtmfDetected', or
   * 'timeout'), 'speech' (object with alternatives[].transcript and alternatives[].confidence when reason is
   * speechDetected), and 'digits' (string when reason is dtmfDetected). In webhook mode this is a URL that
   * receives an HTTP POST. In WebSocket mode this is an event name — use session.on('/hookName', (evt) => {...})
   * and respond with session.reply().
   */
  readonly actionHook?: ActionHook;
  /** The types of input to accept. Can include 'speech' (STT), 'digits' (DTMF), or both. */
  readonly input?: readonly ('speech' | 'digits')[];
  /** A DTMF key that signals the end of digit input. The key itself is not included in the collected digits. */
  readonly finishOnKey?: string;
  /**
   * Exact number of DTMF digits to collect. Gather completes automatically when this many digits are received.
   */
  readonly numDigits?: number;
  /** Minimum number of DTMF digits required. */
  readonly minDigits?: number;
  /** Maximum number of DTMF digits to collect. */
  readonly maxDigits?: number;
  /** Time in seconds to wait between DTMF digits before considering input complete. */
  readonly interDigitTimeout?: number;
  /** Time in seconds of silence after speech before considering the utterance complete. */
  readonly speechTimeout?: number;
  /**
   * Overall timeout in seconds. If no input is received within this time, the gather completes with no input and
   * the actionHook is invoked.
   */
  readonly timeout?: number;
  /**
   * A webhook to invoke with interim (partial) speech recognition results. Useful for providing real-time feedback
   * or early processing.
   */
  readonly partialResultHook?: ActionHook;
  /**
   * If true, listen for input while the prompt is playing. If false, only start listening after the prompt
   * finishes.
   */
  readonly listenDuringPrompt?: boolean;
  /** If true, DTMF input interrupts (barges in on) any playing prompt. */
  readonly dtmfBargein?: boolean;
  /** If true, speech input interrupts (barges in on) any playing prompt. */
  readonly bargein?: boolean;
  /**
   * Minimum number of words that must be recognized before barge-in is triggered. Prevents brief noises from
   * interrupting prompts.
   */
  readonly minBargeinWordCount?: number;
  /** Override the session-level STT configuration for this gather. */
  readonly recognizer?: Recognizer;
  /**
   * A nested say prompt played to the caller while listening for input. Accepts the same properties as the say
   * verb (text, synthesizer, etc.) but no fields are required.
   */
  readonly say?: Omit<SayVerb, 'verb'>;
  /**
   * A nested play prompt played to the caller while listening for input. Accepts the same properties as the play
   * verb (url, etc.) but no fields are required.
   */
  readonly play?: Omit<PlayVerb, 'verb'>;
  /** Filler noise configuration while waiting for the actionHook to respond. */
  readonly fillerNoise?: FillerNoise;
  /** Configuration for interim actions while the actionHook is processing. */
  readonly actionHookDelayAction?: ActionHookDelayAction;
}
/**
 * Shortcut for 'llm' with vendor automatically set to 'google'. Connects the caller to a Google model for
 * real-time speech-to-speech voice conversation.
 */
export interface GoogleS2sVerb extends LlmBaseOptions {
  readonly verb: 'google_s2s';
  /**
   * Configuration passed to the LLM including the system prompt, temperature, tools/functions, and other model
   * parameters. The structure varies by vendor but typically includes 'messages' (conversation history),
   * 'temperature', 'tools' (function definitions), and 'maxTokens'.
   */
  readonly llmOptions: {
    readonly [k: string]: unknown;
  };
  /** The LLM vendor (always 'google' for this shortcut). */
  readonly vendor?: 'google';
}
/**
 * Shortcut for 'llm' with vendor automatically set to 'gptlive'. Connects the caller to OpenAI's GPT Live API
 * (limited-access alpha, e.g. model gpt-live-1-boulder-alpha) for real-time speech-to-speech voice conversation.
 * This is a different wire protocol from the OpenAI Realtime API used by 'openai_s2s': llmOptions takes only a
 * session_update (there is no response_create — the model starts and drives the conversation itself), and work
 * the model wants done arrives as a delegation. Set session_update.delegation.type to 'client' to be asked for
 * free-form text context (answer with a delegation.context.append via llm:update), or to 'responses' to run a
 * Responses API turn that can make function calls (answer with delegation.function_call_output.create). A
 * 'responses' delegation carries a required nested object, delegation.responses, whose 'model' is mandatory and
 * whose 'tools' take the flat Responses function shape. Tool support — mcpServers, handoff and hangup — requires
 * delegation.type 'responses' with delegation.responses.model set. auth takes the OpenAI apiKey; the model is
 * carried in the connection URL, so do not set session_update.model.
 *
 * jambonz 0.9.8 does not have it.
 */
export interface GptliveS2sVerb extends LlmBaseOptions {
  readonly verb: 'gptlive_s2s';
  /** OpenAI credentials. */
  readonly auth: {
    /** The OpenAI API key. Required — the session cannot be authenticated without it. */
    readonly apiKey: string;
    readonly [k: string]: unknown;
  };
  readonly llmOptions: {
    /**
     * Startup configuration, sent as the first session.update client event. Required: the server withholds
     * session.started — and therefore caller audio — until it arrives.
     */
    readonly session_update: {
      /** Not allowed: the model travels in the connection URL. Set the verb's top-level 'model' property instead. */
      readonly model?: {
        readonly [k: string]: unknown;
      };
      /** How the model delegates work it cannot do itself. Replacing this mid-call requires the complete object. */
      readonly delegation?: {
        /**
         * 'client' asks the application for free-form text context; 'responses' runs a Responses API turn that can make
         * function calls. Tools — mcpServers, handoff, hangup — require 'responses'.
         */
        readonly type?: 'client' | 'responses';
        /** Configuration for a Responses-targeted delegation. Required when type is 'responses'. */
        readonly responses?: {
          /**
           * The Responses-side model the delegated turns run on (e.g. gpt-5.5). Required by the server, and distinct from
           * the GPT Live voice model in the connection URL.
           */
          readonly model: string;
          /**
           * Function tools in the flat Responses shape: {type:'function', name, description, parameters}. jambonz prepends
           * the injected handoff/hangup/MCP tools here.
           */
          readonly tools?: readonly {
            readonly [k: string]: unknown;
          }[];
          readonly instructions?: string;
          readonly [k: string]: unknown;
        };
        /**
         * Not allowed here: a Responses delegation's tools belong at delegation.responses.tools. Tools placed at this
         * level are rejected by the server at session start.
         */
        readonly tools?: {
          readonly [k: string]: unknown;
        };
        readonly [k: string]: unknown;
      };
      readonly [k: string]: unknown;
    };
    readonly [k: string]: unknown;
  };
  /** The LLM vendor (always 'gptlive' for this shortcut). */
  readonly vendor?: 'gptlive';
}
/**
 * Declarative transfer-to-human config for conversational verbs (agent and s2s); runtime injects a
 * transfer-to-human tool and runs the packaged choreography when the model calls it.
 */
export interface Handoff extends TransferOptions {
  /** 'auto' = LLM writes the summary; 'none' = no spoken brief; {template} = guidance for the LLM's summary. */
  readonly brief?:
    | ('auto' | 'none')
    | {
        readonly template: string;
      };
  /** Optional voice/vendor for the spoken brief. Defaults to the session synthesizer. */
  readonly briefSynthesizer?: Synthesizer;
  /** Override the injected tool name. */
  readonly toolName?: string;
  /** Override the injected tool description shown to the LLM. */
  readonly toolDescription?: string;
}
/**
 * Enable the built-in hangup tool for conversational verbs (agent and s2s). When present, the runtime injects a
 * 'hangup' tool; when the model calls it, the call is ended with a reason placed in an X-Reason SIP header. The
 * LLM-supplied reason wins, falling back to the app-supplied default below.
 */
export interface Hangup {
  /**
   * Default reason placed in the X-Reason SIP header when the call is hung up. Used as a fallback when the LLM
   * does not supply its own reason.
   */
  readonly reason?: string;
  readonly id?: string;
  readonly headers?: {
    readonly [k: string]: unknown;
  };
}
/** Terminates the call. Optionally includes custom SIP headers on the BYE request. */
export interface HangupVerb {
  readonly verb: 'hangup';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** Custom SIP headers to include on the BYE request. */
  readonly headers?: {
    readonly [k: string]: string | number | readonly (string | number)[];
  };
}
/**
 * Removes the caller from a conference or queue that they are currently in. Execution continues with the next
 * verb in the application.
 */
export interface LeaveVerb {
  readonly verb: 'leave';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
}
/**
 */
export interface LexIntent {
  readonly name: string;
  readonly slots?: {
    readonly [k: string]: unknown;
  };
}
/**
 */
export interface LexVerb {
  readonly verb: 'lex';
  readonly id?: string;
  readonly botId: string;
  readonly botAlias: string;
  readonly credentials: {
    readonly [k: string]: unknown;
  };
  readonly region: string;
  readonly locale?: string;
  readonly intent?: LexIntent;
  readonly welcomeMessage?: string;
  readonly metadata?: {
    readonly [k: string]: unknown;
  };
  readonly bargein?: boolean;
  readonly passDtmf?: boolean;
  readonly actionHook?: ActionHook;
  readonly eventHook?: ActionHook;
  readonly noInputTimeout?: number;
  readonly tts?: Synthesizer;
}
/**
 */
export interface ListenOptions {
  readonly enable: boolean;
  readonly url?: string;
  readonly sampleRate?: number;
  readonly wsAuth?: Auth;
  readonly mixType?: 'mono' | 'stereo' | 'mixed';
  readonly metadata?: {
    readonly [k: string]: unknown;
  };
  readonly maxLength?: number;
  readonly passDtmf?: boolean;
  readonly playBeep?: boolean;
  readonly disableBidirectionalAudio?: boolean;
  readonly bidirectionalAudio?: BidirectionalAudio;
  readonly timeout?: number;
}
/**
 * Streams real-time call audio to an external websocket endpoint. The remote endpoint receives raw audio and can
 * optionally send audio back (bidirectional). Used for custom speech processing, real-time analysis, AI agent
 * integration, and recording to external systems.
 */
export interface ListenVerb {
  readonly verb: 'listen';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The websocket URL to stream audio to. */
  readonly url: string;
  /** A webhook invoked when the listen session ends. Should return the next verbs to execute. */
  readonly actionHook?: ActionHook;
  /** Authentication credentials for the websocket connection. */
  readonly wsAuth?: Auth;
  /**
   * How to mix the audio channels when streaming. 'mono' sends a single mixed channel, 'stereo' sends caller and
   * callee as separate left/right channels, 'mixed' sends both as a single mixed stream.
   */
  readonly mixType?: 'mono' | 'stereo' | 'mixed';
  /** Arbitrary metadata to send to the websocket endpoint in the initial connection message. */
  readonly metadata?: {
    readonly [k: string]: unknown;
  };
  /** The audio sample rate in Hz. */
  readonly sampleRate?: number;
  /** A DTMF key that ends the listen session when pressed. */
  readonly finishOnKey?: string;
  /** Maximum duration in seconds for the listen session. */
  readonly maxLength?: number;
  /** If true, forward DTMF events to the websocket endpoint. */
  readonly passDtmf?: boolean;
  /** If true, play a beep tone before streaming begins. */
  readonly playBeep?: boolean;
  /**
   * If true, disable receiving audio from the websocket endpoint. Audio flows only from the call to the websocket,
   * not back.
   */
  readonly disableBidirectionalAudio?: boolean;
  /** Fine-grained configuration for bidirectional audio. */
  readonly bidirectionalAudio?: BidirectionalAudio;
  /** Time in seconds to wait for audio activity before ending the listen session. */
  readonly timeout?: number;
  /** Nested transcribe verb — enables simultaneous real-time transcription of the audio being streamed. */
  readonly transcribe?: Omit<TranscribeVerb, 'verb'>;
  /** If true, begin streaming audio before the call is formally answered. */
  readonly earlyMedia?: boolean;
  /** Specific audio channel to stream. Used when streaming a single channel of a multi-channel call. */
  readonly channel?: number;
  readonly auth?: Auth;
}
/** Shared properties for llm, s2s, and vendor-specific s2s verb schemas. */
export interface LlmBaseOptions {
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The LLM vendor to use. */
  readonly vendor?: string;
  /** The specific model to use from the vendor. */
  readonly model?: string;
  /** Authentication credentials for the LLM vendor API. */
  readonly auth?: {
    /** The API key for the LLM vendor. */
    readonly apiKey?: string;
    readonly [k: string]: unknown;
  };
  /** Additional connection options for the LLM vendor, such as custom base URLs or API versions. */
  readonly connectOptions?: {
    readonly [k: string]: unknown;
  };
  /**
   * Configuration passed to the LLM including the system prompt, temperature, tools/functions, and other model
   * parameters. The structure varies by vendor but typically includes 'messages' (conversation history),
   * 'temperature', 'tools' (function definitions), and 'maxTokens'.
   */
  readonly llmOptions?: {
    readonly [k: string]: unknown;
  };
  /**
   * Model Context Protocol servers to connect to. MCP servers provide tools that the LLM can invoke during the
   * conversation.
   */
  readonly mcpServers?: readonly {
    /** The URL of the MCP server. */
    readonly url: string;
    /** Authentication for the MCP server. */
    readonly auth?: {
      readonly [k: string]: unknown;
    };
    /** MCP root definitions. */
    readonly roots?: {
      readonly [k: string]: unknown;
    }[];
  }[];
  /**
   * A webhook invoked when the LLM conversation ends. Receives conversation details and should return the next
   * verbs to execute.
   */
  readonly actionHook?: ActionHook;
  /**
   * A webhook invoked for real-time events during the LLM conversation (e.g. tool calls, transcription events).
   */
  readonly eventHook?: ActionHook;
  /**
   * A webhook invoked when the LLM calls a tool/function. Receives the tool name and arguments, and should return
   * the tool result.
   */
  readonly toolHook?: ActionHook;
  /**
   * Declarative transfer-to-human config for s2s verbs. When present, the runtime injects a 'transfer_to_human'
   * tool and runs the packaged transfer choreography when the model calls it.
   */
  readonly handoff?: Handoff;
  /**
   * Enable the built-in hangup tool for s2s verbs. When present, the runtime injects a 'hangup' tool; when the
   * model calls it, the call is ended with a reason placed in an X-Reason SIP header (LLM-supplied reason wins,
   * falling back to hangup.reason).
   */
  readonly hangup?: Hangup;
  /** List of event types to receive via the eventHook. */
  readonly events?: readonly string[];
  /**
   * Opt-in per-response stall watchdog (s2s vendors that support app-driven turn-taking, e.g. openai).
   * Milliseconds to wait for a solicited response to be acknowledged before declaring a stall. When the timer
   * expires a '{type:"response.timeout"}' event is sent to the eventHook. Omit or set to 0 to disable (the
   * default).
   */
  readonly responseTimeoutMs?: number;
  /**
   * When a response stall is detected (see responseTimeoutMs), cancel the in-progress server-side response so the
   * next turn does not collide with an active response. Has no effect unless responseTimeoutMs is set.
   */
  readonly cancelOnResponseTimeout?: boolean;
  /**
   * On caller barge-in, cancel the in-progress server-side response. Intended for app-driven turn-taking
   * configurations where the vendor does not cancel the response itself (server-VAD configurations are
   * unaffected).
   */
  readonly cancelOnBargeIn?: boolean;
}
/**
 * A conversation-history message. The library normalizes content to a string; adapters may carry vendor-native
 * shapes internally.
 */
export interface LlmMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: unknown;
  readonly [k: string]: unknown;
}
/**
 * Connects the caller to a large language model for a real-time voice conversation. Handles the complete STT →
 * LLM → TTS pipeline, including turn detection, interruption handling, and tool/function calling. The caller
 * speaks naturally and the LLM responds via synthesized speech. This is the primary verb for building AI voice
 * agents on jambonz.
 */
export interface LlmVerb extends LlmBaseOptions {
  readonly verb: 'llm';
  /** The LLM vendor to use. */
  readonly vendor: string;
  /**
   * Configuration passed to the LLM including the system prompt, temperature, tools/functions, and other model
   * parameters. The structure varies by vendor but typically includes 'messages' (conversation history),
   * 'temperature', 'tools' (function definitions), and 'maxTokens'.
   */
  readonly llmOptions: {
    readonly [k: string]: unknown;
  };
}
/**
 * Sends an SMS or MMS message. Can be used during a voice call to send a text message to the caller or another
 * party, or as a standalone action.
 */
export interface MessageVerb {
  readonly verb: 'message';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The destination phone number in E.164 format. */
  readonly to: string;
  /** The sender phone number in E.164 format. Must be a number provisioned on the jambonz platform. */
  readonly from: string;
  /** The text content of the message. */
  readonly text?: string;
  /** URL(s) of media to attach to the message (MMS). Can be images, audio, or video. */
  readonly media?: string | readonly string[];
  /** The messaging carrier to use. If not specified, the default carrier is used. */
  readonly carrier?: string;
  /** The account SID to use for sending. Defaults to the current account. */
  readonly account_sid?: string;
  /** An optional message SID for tracking. */
  readonly message_sid?: string;
  /** A webhook invoked when the message send completes or fails. */
  readonly actionHook?: ActionHook;
}
/**
 */
export interface MicrosoftS2sVerb extends LlmBaseOptions {
  readonly verb: 'microsoft_s2s';
}
/**
 */
export interface NuanceOptions {
  readonly clientId?: string;
  readonly secret?: string;
  readonly kryptonEndpoint?: string;
  readonly topic?: string;
  readonly utteranceDetectionMode?: 'single' | 'multiple' | 'disabled';
  readonly punctuation?: boolean;
  readonly profanityFilter?: boolean;
  readonly includeTokenization?: boolean;
  readonly discardSpeakerAdaptation?: boolean;
  readonly suppressCallRecording?: boolean;
  readonly maskLoadFailures?: boolean;
  readonly suppressInitialCapitalization?: boolean;
  readonly allowZeroBaseLmWeight?: boolean;
  readonly filterWakeupWord?: boolean;
  readonly resultType?: 'final' | 'partial' | 'immutable_partial';
  readonly noInputTimeoutMs?: number;
  readonly recognitionTimeoutMs?: number;
  readonly utteranceEndSilenceMs?: number;
  readonly maxHypotheses?: number;
  readonly speechDomain?: string;
  readonly formatting?: Formatting;
  readonly clientData?: {
    readonly [k: string]: unknown;
  };
  readonly userId?: string;
  readonly speechDetectionSensitivity?: number;
  readonly resources?: readonly Resource[];
}
/**
 * Shortcut for 'llm' with vendor automatically set to 'openai'. Connects the caller to an OpenAI model for
 * real-time speech-to-speech voice conversation.
 */
export interface OpenaiS2sVerb extends LlmBaseOptions {
  readonly verb: 'openai_s2s';
  /**
   * Configuration passed to the LLM including the system prompt, temperature, tools/functions, and other model
   * parameters. The structure varies by vendor but typically includes 'messages' (conversation history),
   * 'temperature', 'tools' (function definitions), and 'maxTokens'.
   */
  readonly llmOptions: {
    readonly [k: string]: unknown;
  };
  /** The LLM vendor (always 'openai' for this shortcut). */
  readonly vendor?: 'openai';
}
/**
 * Pauses execution for a specified number of seconds. The caller hears silence during the pause. Useful for
 * adding delays between verbs.
 */
export interface PauseVerb {
  readonly verb: 'pause';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The duration of the pause in seconds. */
  readonly length: number;
}
/**
 * Plays an audio file to the caller. Supports WAV and MP3 formats hosted at a URL. Can play a single file or
 * cycle through a list of files.
 */
export interface PlayVerb {
  readonly verb: 'play';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The URL(s) of the audio file(s) to play. Supports WAV and MP3. If an array, files are played in sequence. */
  readonly url: string | readonly string[];
  /** Number of times to repeat playback. Use 0 or 'forever' to loop indefinitely until interrupted. */
  readonly loop?: number | string;
  /** If true, play the audio as early media before the call is answered. */
  readonly earlyMedia?: boolean;
  /** Start playback at this offset in seconds from the beginning of the file. */
  readonly seekOffset?: number | string;
  /**
   * Maximum time in seconds to play the audio. Playback stops after this duration even if the file has not
   * finished.
   */
  readonly timeoutSecs?: number | string;
  /** A webhook to invoke when playback completes. */
  readonly actionHook?: ActionHook;
}
/**
 * Shortcut for 'llm' with vendor automatically set to 'qwen'. Connects the caller to an Alibaba Qwen
 * Omni-Realtime model (e.g. qwen3.5-omni-plus-realtime, qwen3.5-omni-flash-realtime) for real-time
 * speech-to-speech voice conversation. auth takes the DashScope apiKey (required; keys are region-bound) and an
 * optional host — default dashscope-intl.aliyuncs.com (international); set a workspace-scoped host
 * (ws-<workspaceId>.<region>.maas.aliyuncs.com) or dashscope.aliyuncs.com for the China (Beijing) region.
 *
 * jambonz 0.9.8 does not have it.
 */
export interface QwenS2sVerb extends LlmBaseOptions {
  readonly verb: 'qwen_s2s';
  /**
   * Configuration passed to the LLM including the system prompt, temperature, tools/functions, and other model
   * parameters. The structure varies by vendor but typically includes 'messages' (conversation history),
   * 'temperature', 'tools' (function definitions), and 'maxTokens'.
   */
  readonly llmOptions: {
    readonly [k: string]: unknown;
  };
  /** The LLM vendor (always 'qwen' for this shortcut). */
  readonly vendor?: 'qwen';
}
/**
 */
export interface RasaVerb {
  readonly verb: 'rasa';
  readonly id?: string;
  readonly url: string;
  readonly recognizer?: Recognizer;
  readonly tts?: Synthesizer;
  readonly prompt?: string;
  readonly actionHook?: ActionHook;
  readonly eventHook?: ActionHook;
}
/**
 * Configuration for speech-to-text recognition. Specifies the STT vendor, language, and vendor-specific options.
 * Can be set at the session level via the 'config' verb or overridden per-verb (e.g. on 'gather').
 */
export interface Recognizer {
  /** The STT vendor to use. Must match a vendor configured in the jambonz platform. */
  readonly vendor: string;
  /**
   * An optional label identifying a specific credential set for this vendor. Used when multiple credentials are
   * configured for the same vendor.
   */
  readonly label?: string;
  /** The language code for speech recognition, in BCP-47 format. */
  readonly language?: string;
  /** A backup STT vendor to use if the primary vendor fails or is unavailable. */
  readonly fallbackVendor?: string;
  /** Credential label for the fallback vendor. */
  readonly fallbackLabel?: string;
  /** Language code to use with the fallback vendor. */
  readonly fallbackLanguage?: string;
  /** Voice activity detection settings for this recognizer. */
  readonly vad?: Vad;
  /**
   * If true, automatically generate a prompt for the STT vendor based on context (e.g. TTS voice, language).
   * Supported by vendors that accept prompts for recognition guidance.
   */
  readonly autogeneratePrompt?: boolean;
  /**
   * An array of words or phrases that the recognizer should favor. Each item can be a plain string or an object
   * with 'phrase' and optional 'boost' properties.
   */
  readonly hints?: readonly (
    | string
    | {
        readonly phrase: string;
        readonly boost?: number;
      }
  )[];
  /**
   * A boost factor for hint words. Higher values increase the likelihood of recognizing hinted words.
   * Vendor-specific range.
   */
  readonly hintsBoost?: number;
  /** Additional languages the recognizer should listen for simultaneously. Enables multilingual recognition. */
  readonly altLanguages?: readonly string[];
  /** If true, the vendor will attempt to filter profanity from transcription results. */
  readonly profanityFilter?: boolean;
  /**
   * If true, return interim (partial) transcription results as they become available, before the utterance is
   * complete.
   */
  readonly interim?: boolean;
  /** If true, recognition stops after the first complete utterance is detected. */
  readonly singleUtterance?: boolean;
  /** If true, send separate audio channels for each call leg (caller and callee) to the recognizer. */
  readonly dualChannel?: boolean;
  /** If true, perform independent recognition on each audio channel. Requires dualChannel. */
  readonly separateRecognitionPerChannel?: boolean;
  /** If true, enable automatic punctuation in transcription results. */
  readonly punctuation?: boolean;
  /** If true, use an enhanced (premium) recognition model if available from the vendor. */
  readonly enhancedModel?: boolean;
  /** If true, include word-level timing information in transcription results. */
  readonly words?: boolean;
  /** If true, enable speaker diarization to identify different speakers in the audio. */
  readonly diarization?: boolean;
  /** Minimum number of speakers expected. Used to guide the diarization algorithm. */
  readonly diarizationMinSpeakers?: number;
  /** Maximum number of speakers expected. Used to guide the diarization algorithm. */
  readonly diarizationMaxSpeakers?: number;
  /** A hint to the recognizer about the type of interaction, which can improve accuracy. */
  readonly interactionType?:
    | 'unspecified'
    | 'discussion'
    | 'presentation'
    | 'phone_call'
    | 'voicemail'
    | 'voice_search'
    | 'voice_command'
    | 'dictation';
  /**
   * North American Industry Classification System code. Some vendors use this to improve domain-specific
   * accuracy.
   */
  readonly naicsCode?: number;
  /** If true, identify and label which channel each transcription segment came from. */
  readonly identifyChannels?: boolean;
  /**
   * Name of a custom vocabulary resource configured at the vendor for improved recognition of specialized terms.
   */
  readonly vocabularyName?: string;
  /** Name of a vocabulary filter configured at the vendor for masking or removing specific words. */
  readonly vocabularyFilterName?: string;
  /** How filtered vocabulary words should be handled in the transcript. */
  readonly filterMethod?: 'remove' | 'mask' | 'tag';
  /** The specific recognition model to use. Model names are vendor-specific. */
  readonly model?: string;
  /** The level of detail in recognition results. */
  readonly outputFormat?: 'simple' | 'detailed';
  /** How profanity should be handled in results. */
  readonly profanityOption?: 'masked' | 'removed' | 'raw';
  /** If true, request signal-to-noise ratio information in results. */
  readonly requestSnr?: boolean;
  /** Time in milliseconds to wait for initial speech before timing out. */
  readonly initialSpeechTimeoutMs?: number;
  /** Custom Azure Speech Services endpoint URL. Only applies when vendor is 'microsoft'. */
  readonly azureServiceEndpoint?: string;
  /**
   * Azure custom speech endpoint ID for using a custom-trained model. Only applies when vendor is 'microsoft'.
   */
  readonly azureSttEndpointId?: string;
  /** A DTMF digit that terminates speech recognition when pressed. */
  readonly asrDtmfTerminationDigit?: string;
  /** Maximum time in seconds to wait for a complete recognition result. */
  readonly asrTimeout?: number;
  /** Timeout in seconds for fast recognition mode. Shorter timeout for quick responses. */
  readonly fastRecognitionTimeout?: number;
  /**
   * Minimum confidence score (0-1) required to accept a recognition result. Results below this threshold are
   * discarded.
   */
  readonly minConfidence?: number;
  readonly deepgramOptions?: RecognizerDeepgramOptions;
  readonly googleOptions?: RecognizerGoogleOptions;
  readonly awsOptions?: RecognizerAwsOptions;
  readonly azureOptions?: RecognizerAzureOptions;
  readonly ibmOptions?: RecognizerIbmOptions;
  readonly nvidiaOptions?: RecognizerNvidiaOptions;
  readonly sonioxOptions?: RecognizerSonioxOptions;
  readonly xaiOptions?: RecognizerXaiOptions;
  readonly modulateOptions?: RecognizerModulateOptions;
  readonly assemblyAiOptions?: RecognizerAssemblyAiOptions;
  readonly speechmaticsOptions?: RecognizerSpeechmaticsOptions;
  readonly openaiOptions?: RecognizerOpenaiOptions;
  readonly houndifyOptions?: RecognizerHoundifyOptions;
  readonly gladiaOptions?: RecognizerGladiaOptions;
  readonly elevenlabsOptions?: RecognizerElevenlabsOptions;
  readonly customOptions?: RecognizerCustomOptions;
  readonly nuanceOptions?: NuanceOptions;
  readonly cobaltOptions?: CobaltOptions;
  readonly verbioOptions?: VerbioOptions;
}
/** AssemblyAI-specific STT options. Only applies when recognizer vendor is 'assemblyai'. */
export interface RecognizerAssemblyAiOptions {
  /** AssemblyAI API key. Overrides credentials configured in jambonz. */
  readonly apiKey?: string;
  /** AssemblyAI streaming API version. */
  readonly serviceVersion?: 'v2' | 'v3';
  /** AssemblyAI speech model to use for recognition. */
  readonly speechModel?: string;
  /** Enable turn-level formatting. */
  readonly formatTurns?: boolean;
  /** Confidence threshold for end-of-turn detection. */
  readonly endOfTurnConfidenceThreshold?: number;
  /** Minimum silence duration (milliseconds) to trigger end-of-turn when confidence is met. Default: 400. */
  readonly minEndOfTurnSilenceWhenConfident?: number;
  /** Maximum silence duration (milliseconds) before forcing end-of-turn. Default: 1280. */
  readonly maxTurnSilence?: number;
  /** Minimum silence duration (milliseconds) before allowing end-of-turn. */
  readonly minTurnSilence?: number;
  /** List of key terms to boost in recognition. */
  readonly keyterms?: readonly string[];
  /** Prompt to guide the recognition model. */
  readonly prompt?: string;
  /** Enable automatic language detection. */
  readonly languageDetection?: boolean;
  /** Voice activity detection threshold. */
  readonly vadThreshold?: number;
  /** Timeout (seconds) for inactivity before closing the stream. */
  readonly inactivityTimeout?: number;
}
/** AWS Transcribe specific options. Only applies when recognizer vendor is 'aws'. */
export interface RecognizerAwsOptions {
  /** AWS access key ID. Overrides credentials configured in jambonz. */
  readonly accessKey?: string;
  /** AWS secret access key. */
  readonly secretKey?: string;
  /** AWS temporary security token (for STS/assumed roles). */
  readonly securityToken?: string;
  /** AWS region for the Transcribe service. */
  readonly region?: string;
  /** Name of a custom vocabulary to use. */
  readonly vocabularyName?: string;
  /** Name of a vocabulary filter to apply. */
  readonly vocabularyFilterName?: string;
  /** How filtered vocabulary words should be handled. */
  readonly vocabularyFilterMethod?: 'remove' | 'mask' | 'tag';
  /** Name of a custom language model. */
  readonly languageModelName?: string;
  /** PII entity types to identify (e.g. 'BANK_ACCOUNT_NUMBER', 'CREDIT_DEBIT_NUMBER'). */
  readonly piiEntityTypes?: readonly string[];
  /** Enable PII entity identification. */
  readonly piiIdentifyEntities?: boolean;
}
/** Azure Speech Services specific options. Only applies when recognizer vendor is 'microsoft'. */
export interface RecognizerAzureOptions {
  /** Silence timeout in milliseconds for speech segmentation. */
  readonly speechSegmentationSilenceTimeoutMs?: number;
  /** Post-processing mode for transcription results. */
  readonly postProcessing?: string;
  /** Enable audio logging for diagnostics. */
  readonly audioLogging?: boolean;
  /** Language identification mode when using multiple languages. */
  readonly languageIdMode?: 'AtStart' | 'Continuous';
  /** Speech recognition mode optimized for the interaction type. */
  readonly speechRecognitionMode?: 'CONVERSATION' | 'DICTATION' | 'INTERACTIVE';
}
/** Options for custom STT vendors. Only applies when recognizer vendor is 'custom'. */
export interface RecognizerCustomOptions {
  /** Authentication token for the custom STT service. */
  readonly authToken?: string;
  /** WebSocket URI of the custom STT service. */
  readonly uri?: string;
  /** Audio sample rate in Hz. */
  readonly sampleRate?: number;
  /** Additional vendor-specific options passed through to the custom service. */
  readonly options?: {
    readonly [k: string]: unknown;
  };
}
/** Deepgram-specific STT options. Only applies when recognizer vendor is 'deepgram'. */
export interface RecognizerDeepgramOptions {
  /** Custom Deepgram STT endpoint URI. */
  readonly deepgramSttUri?: string;
  /** Whether to use TLS when connecting to the Deepgram STT endpoint. */
  readonly deepgramSttUseTls?: boolean;
  /** Deepgram API key. Overrides the key configured in jambonz. */
  readonly apiKey?: string;
  /** Deepgram model tier. */
  readonly tier?: string;
  /** Deepgram model name (e.g. 'nova-2', 'nova-2-general'). */
  readonly model?: string;
  /** ID of a custom-trained Deepgram model. */
  readonly customModel?: string;
  /** Model version. */
  readonly version?: string;
  /** Enable automatic punctuation. */
  readonly punctuate?: boolean;
  /** Enable Deepgram smart formatting (dates, numbers, etc.). */
  readonly smartFormatting?: boolean;
  /** Disable Deepgram's internal buffering for lower latency. */
  readonly noDelay?: boolean;
  /** Filter profanity from transcripts. */
  readonly profanityFilter?: boolean;
  /** Redact sensitive information from transcripts. */
  readonly redact?: 'pci' | 'numbers' | 'true' | 'ssn';
  /** Enable speaker diarization. */
  readonly diarize?: boolean;
  /** Diarization model version. */
  readonly diarizeVersion?: string;
  /** Enable named entity recognition. */
  readonly ner?: boolean;
  /** Enable multichannel processing. */
  readonly multichannel?: boolean;
  /** Number of alternative transcripts to return. */
  readonly alternatives?: number;
  /** Convert spoken numbers to digits. */
  readonly numerals?: boolean;
  /** Terms to search for in the transcript. */
  readonly search?: readonly string[];
  /** Terms to replace in the transcript. */
  readonly replace?: readonly string[];
  /** Keywords to boost recognition for. */
  readonly keywords?: readonly string[];
  /** Key terms to boost recognition for. */
  readonly keyterms?: readonly string[];
  /** Endpointing sensitivity. Boolean to enable/disable, or number of milliseconds. */
  readonly endpointing?: boolean | number;
  /** Milliseconds of silence to detect end of utterance. */
  readonly utteranceEndMs?: number;
  /** Optimize for short utterances. */
  readonly shortUtterance?: boolean;
  /** Milliseconds of silence before VAD turns off. */
  readonly vadTurnoff?: number;
  /** Tag to associate with the request for tracking. */
  readonly tag?: string;
  /** Include filler words (um, uh) in transcript. */
  readonly fillerWords?: boolean;
  /** End-of-turn confidence threshold (0-1). */
  readonly eotThreshold?: number;
  /** End-of-turn timeout in milliseconds. */
  readonly eotTimeoutMs?: number;
  /** Opt out of Deepgram's model improvement program. */
  readonly mipOptOut?: boolean;
  /** Prompt to guide entity detection. */
  readonly entityPrompt?: string;
  /** Eager end-of-turn threshold for faster response. */
  readonly eagerEotThreshold?: number;
  /**
   * Language hints for Deepgram Flux Multilingual. BCP-47 codes (e.g. 'en', 'es', 'fr'). Biases transcription
   * toward specified languages.
   */
  readonly languageHints?: readonly string[];
}
/** ElevenLabs-specific STT options. Only applies when recognizer vendor is 'elevenlabs'. */
export interface RecognizerElevenlabsOptions {
  /** Include word-level timestamps in results. */
  readonly includeTimestamps?: boolean;
  /** How audio chunks are committed. 'manual' for explicit commits, 'vad' for voice activity detection. */
  readonly commitStrategy?: 'manual' | 'vad';
  /** Silence duration in seconds to trigger VAD commit. */
  readonly vadSilenceThresholdSecs?: number;
  /** VAD activation threshold. */
  readonly vadThreshold?: number;
  /** Minimum speech duration in milliseconds to accept. */
  readonly minSpeechDurationMs?: number;
  /** Minimum silence duration in milliseconds to trigger end of speech. */
  readonly minSilenceDurationMs?: number;
  /** Enable server-side logging. */
  readonly enableLogging?: boolean;
}
/**
 * Gladia-specific STT options. Only applies when recognizer vendor is 'gladia'. See Gladia API documentation for
 * available options.
 */
export interface RecognizerGladiaOptions {
  readonly [k: string]: unknown;
}
/** Google Speech-to-Text specific options. Only applies when recognizer vendor is 'google'. */
export interface RecognizerGoogleOptions {
  /**
   * Gemini transcription style; applies only to the gemini models. VERBATIM transcribes as spoken; SMART cleans up
   * disfluencies and applies formatting.
   */
  readonly mode?: 'VERBATIM' | 'SMART';
  /**
   * Up to 1000 terms, acronyms, brand names or proper nouns to bias recognition towards; applies only to the
   * gemini models.
   *
   * @maxItems 1000
   */
  readonly customVocabulary?: readonly string[];
  /** Cloud Speech-to-Text API version. Ignored by the gemini models, which are a different API. */
  readonly serviceVersion?: 'v1' | 'v2';
  /** ID of a Google Speech recognizer resource (v2 only). */
  readonly recognizerId?: string;
  /**
   * Parent resource path for the Cloud Speech-to-Text v2 recognizer resource, e.g.
   * 'projects/{project}/locations/{location}'. A location other than global also routes the request to that
   * region's endpoint.
   */
  readonly parentPath?: string;
  /** Timeout in milliseconds to wait for speech to start. */
  readonly speechStartTimeoutMs?: number;
  /** Timeout in milliseconds to detect end of speech. */
  readonly speechEndTimeoutMs?: number;
  /** Enable voice activity detection events. */
  readonly enableVoiceActivityEvents?: boolean;
  /** Array of transcript normalization rules. */
  readonly transcriptNormalization?: readonly unknown[];
}
/** Houndify-specific STT options. Only applies when recognizer vendor is 'houndify'. */
export interface RecognizerHoundifyOptions {
  /** Houndify RequestInfo object with context data. */
  readonly requestInfo?: {
    readonly [k: string]: unknown;
  };
  /** Audio sample rate in Hz. */
  readonly sampleRate?: number;
  /** User latitude for location-aware queries. */
  readonly latitude?: number;
  /** User longitude for location-aware queries. */
  readonly longitude?: number;
  /** User city. */
  readonly city?: string;
  /** User state. */
  readonly state?: string;
  /** User country. */
  readonly country?: string;
  /** User timezone. */
  readonly timeZone?: string;
  /** Houndify domain. */
  readonly domain?: string;
  /** Custom audio endpoint URL. */
  readonly audioEndpoint?: string;
  /** Maximum silence before stopping. */
  readonly maxSilenceSeconds?: number;
  /** Silence timeout after a complete query. */
  readonly maxSilenceAfterFullQuerySeconds?: number;
  /** Silence timeout after a partial query. */
  readonly maxSilenceAfterPartialQuerySeconds?: number;
  /** VAD sensitivity level. */
  readonly vadSensitivity?: number;
  /** VAD timeout in milliseconds. */
  readonly vadTimeout?: number;
  /** VAD mode. */
  readonly vadMode?: string;
  /** Milliseconds of voice to trigger VAD. */
  readonly vadVoiceMs?: number;
  /** Milliseconds of silence to trigger VAD. */
  readonly vadSilenceMs?: number;
  /** Enable VAD debug logging. */
  readonly vadDebug?: boolean;
  /** Audio format. */
  readonly audioFormat?: string;
  /** Enable noise reduction. */
  readonly enableNoiseReduction?: boolean;
  /** Filter profanity. */
  readonly enableProfanityFilter?: boolean;
  /** Enable punctuation. */
  readonly enablePunctuation?: boolean;
  /** Enable capitalization. */
  readonly enableCapitalization?: boolean;
  /** Minimum confidence threshold. */
  readonly confidenceThreshold?: number;
  /** Filter disfluencies (um, uh). */
  readonly enableDisfluencyFilter?: boolean;
  /** Maximum number of results. */
  readonly maxResults?: number;
  /** Include word timestamps. */
  readonly enableWordTimestamps?: boolean;
  /** Maximum alternative transcripts. */
  readonly maxAlternatives?: number;
  /** Interval for partial transcript delivery. */
  readonly partialTranscriptInterval?: number;
  /** Session timeout. */
  readonly sessionTimeout?: number;
  /** Connection timeout. */
  readonly connectionTimeout?: number;
  /** Custom vocabulary terms. */
  readonly customVocabulary?: readonly string[];
  /** Language model to use. */
  readonly languageModel?: string;
  /** Absolute timeout for audio queries. */
  readonly audioQueryAbsoluteTimeout?: number;
  /**
   * End-of-query likelihood threshold (0.0-1.0) to trigger end of speech when segmentation is disabled. Default
   * 0.8, set to 0 to disable.
   */
  readonly eoqThreshold?: number;
  /**
   * VAD probability threshold to trigger end of speech when segmentation is disabled. When VAD drops below this
   * value after speech is detected, streaming stops. Default 0.05, set to 0 to disable.
   */
  readonly vadStopThreshold?: number;
}
/** IBM Watson Speech-to-Text specific options. Only applies when recognizer vendor is 'ibm'. */
export interface RecognizerIbmOptions {
  /** IBM STT API key. Overrides credentials configured in jambonz. */
  readonly sttApiKey?: string;
  /** IBM STT region. */
  readonly sttRegion?: string;
  /** IBM TTS API key. */
  readonly ttsApiKey?: string;
  /** IBM TTS region. */
  readonly ttsRegion?: string;
  /** IBM Watson instance ID. */
  readonly instanceId?: string;
  /** Recognition model name. */
  readonly model?: string;
  /** ID of a custom language model. */
  readonly languageCustomizationId?: string;
  /** ID of a custom acoustic model. */
  readonly acousticCustomizationId?: string;
  /** Base model version to use. */
  readonly baseModelVersion?: string;
  /** Customer ID metadata for data labeling. */
  readonly watsonMetadata?: string;
  /** Opt out of IBM data collection for service improvements. */
  readonly watsonLearningOptOut?: boolean;
}
/**
 * Modulate-specific STT options. Only applies when recognizer vendor is 'modulate'. Modulate does not return
 * confidence scores; transcripts are reported with confidence 1.0. The model is selected with the top-level
 * recognizer 'model' property: 'velma-2-stt-streaming' (multilingual, the default) or
 * 'velma-2-stt-streaming-english-v2' (low-latency English).
 */
export interface RecognizerModulateOptions {
  /** Modulate API key. Overrides the key configured in jambonz. */
  readonly apiKey?: string;
  /**
   * Only applies to model 'velma-2-stt-streaming-english-v2': emit a final transcript for each pause-delimited
   * speech segment. Defaults to true in jambonz; set false to receive a single final transcript when the stream
   * ends.
   */
  readonly endpointing?: boolean;
  /** Only applies to model 'velma-2-stt-streaming': detect the speaker's emotional tone for each utterance. */
  readonly emotionSignal?: boolean;
  /** Only applies to model 'velma-2-stt-streaming': identify the speaker's accent for each utterance. */
  readonly accentSignal?: boolean;
  /**
   * Only applies to model 'velma-2-stt-streaming': score each utterance for synthetic (deepfake) voice
   * likelihood.
   */
  readonly deepfakeSignal?: boolean;
  /** Only applies to model 'velma-2-stt-streaming': wrap detected PII/PHI in tags within the transcript text. */
  readonly piiPhiTagging?: boolean;
  /** Custom host to connect to instead of platform.modulate.ai. */
  readonly modulateSttUri?: string;
  /** Use TLS when connecting to a custom host. Default true. */
  readonly modulateSttUseTls?: boolean;
}
/** NVIDIA Riva specific options. Only applies when recognizer vendor is 'nvidia'. */
export interface RecognizerNvidiaOptions {
  /** NVIDIA Riva server URI. */
  readonly rivaUri?: string;
  /** Maximum number of alternative transcripts. */
  readonly maxAlternatives?: number;
  /** Filter profanity from results. */
  readonly profanityFilter?: boolean;
  /** Enable automatic punctuation. */
  readonly punctuation?: boolean;
  /** Include word-level timestamps. */
  readonly wordTimeOffsets?: boolean;
  /** Return verbatim (unformatted) transcripts. */
  readonly verbatimTranscripts?: boolean;
  /** Custom Riva configuration parameters. */
  readonly customConfiguration?: {
    readonly [k: string]: unknown;
  };
}
/** OpenAI Whisper/Realtime specific STT options. Only applies when recognizer vendor is 'openai'. */
export interface RecognizerOpenaiOptions {
  /** OpenAI API key. Overrides credentials configured in jambonz. */
  readonly apiKey?: string;
  /** OpenAI STT model name. */
  readonly model?: string;
  /** Prompt to guide the recognition model. */
  readonly prompt?: string;
  /** Templates for dynamic prompt generation. */
  readonly promptTemplates?: {
    /** Template for injecting hints into the prompt. */
    readonly hintsTemplate?: string;
    /** Template for injecting conversation history. */
    readonly conversationHistoryTemplate?: string;
  };
  /** Language code for recognition. */
  readonly language?: string;
  /**
   * Language hints for 'gpt-live-transcribe', which takes a list rather than a single code (e.g. ['en','fr']).
   * Overrides the recognizer language; do not combine with 'language'.
   */
  readonly languages?: readonly string[];
  /**
   * Literal term hints (product names, acronyms, medications) for 'gpt-live-transcribe'. Hints, not required
   * output. Defaults to the recognizer's 'hints' when unset.
   */
  readonly keywords?: readonly string[];
  /**
   * Latency/accuracy trade-off for 'gpt-live-transcribe': lower emits partial text sooner, higher gives the model
   * more audio context and can improve accuracy.
   */
  readonly delay?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  /** Input audio noise reduction mode. */
  readonly input_audio_noise_reduction?: 'near_field' | 'far_field';
  /** Turn detection configuration for the OpenAI Realtime API. */
  readonly turn_detection?: {
    /** Turn detection strategy. */
    readonly type: 'none' | 'server_vad' | 'semantic_vad';
    /** How eagerly the model should respond. */
    readonly eagerness?: 'low' | 'medium' | 'high' | 'auto';
    /** VAD activation threshold (0-1). */
    readonly threshold?: number;
    /** Milliseconds of audio to include before detected speech. */
    readonly prefix_padding_ms?: number;
    /** Milliseconds of silence to detect end of speech. */
    readonly silence_duration_ms?: number;
  };
  /**
   * Local VAD aggressiveness (0-3). Used only with the client-endpointed models ('gpt-live-transcribe',
   * 'gpt-realtime-whisper'), which reject server turn detection and rely on jambonz to end each turn.
   */
  readonly vadMode?: number;
  /**
   * Milliseconds of silence to detect end-of-speech for local VAD. Used only with the client-endpointed models.
   */
  readonly vadSilenceMs?: number;
  /**
   * Milliseconds of voice to detect start-of-speech for local VAD. Used only with the client-endpointed models.
   */
  readonly vadVoiceMs?: number;
}
/** Soniox-specific STT options. Only applies when recognizer vendor is 'soniox'. */
export interface RecognizerSonioxOptions {
  /** Soniox API key. */
  readonly apiKey?: string;
  /** Soniox recognition model (e.g. 'stt-rt-v5'). */
  readonly model?: string;
  /**
   * Language hints for the v5 multilingual model, as ISO language codes (e.g. ['en','es']). Improves accuracy and
   * speeds up language detection.
   */
  readonly languageHints?: readonly string[];
  /** Enable language identification (v5); each recognized token is tagged with its detected language. */
  readonly enableLanguageIdentification?: boolean;
  /** Enable speaker diarization (v5); each recognized token is tagged with a speaker. */
  readonly enableSpeakerDiarization?: boolean;
  /** Enable endpoint detection. */
  readonly endpointDetection?: boolean;
  /**
   * Endpoint detection sensitivity (v5), -1.0 to 1.0 (default 0.0). Higher values finalize endpoints faster; lower
   * values are more conservative.
   */
  readonly endpointSensitivity?: number;
  /** Maximum delay in milliseconds before an endpoint is forced (v5), 500-3000 (default 2000). */
  readonly maxEndpointDelayMs?: number;
  /** Maximum duration in milliseconds that tokens may remain non-final before forced finalization (v5). */
  readonly maxNonFinalTokensDurationMs?: number;
  /** Filter profanity from results. */
  readonly profanityFilter?: boolean;
  /**
   * Soniox v5 recognition context to improve accuracy (max ~8000 tokens). See
   * https://soniox.com/docs/stt/concepts/context. When supplied this takes precedence outright over the
   * 'speechContext' and 'hints' shortcuts.
   */
  readonly context?: {
    /** Structured key/value metadata describing the domain, topic, participants, setting, etc. */
    readonly general?: readonly {
      readonly key: string;
      readonly value: string;
    }[];
    /** Free-form background text (history of prior interactions, reference documents, meeting notes, summaries). */
    readonly text?: string;
    /** Domain-specific vocabulary to boost recognition. */
    readonly terms?: readonly string[];
    /** Source/target term mappings; only used when translation is enabled. */
    readonly translation_terms?: readonly {
      readonly source: string;
      readonly target: string;
    }[];
  };
  /**
   * Shortcut for context.text (free-text background). Ignored when the full 'context' object is supplied. The
   * generic recognizer 'hints' are likewise sent as context.terms unless 'context' is supplied.
   */
  readonly speechContext?: string;
  /** Client request reference for tracking. */
  readonly clientRequestReference?: string;
  /** Soniox storage configuration for persisting transcripts. */
  readonly storage?: {
    /** Storage ID. */
    readonly id?: string;
    /** Storage title. */
    readonly title?: string;
    /** Disable audio storage. */
    readonly disableStoreAudio?: boolean;
    /** Disable transcript storage. */
    readonly disableStoreTranscript?: boolean;
    /** Disable search indexing. */
    readonly disableSearch?: boolean;
    /** Custom metadata. */
    readonly metadata?: {
      readonly [k: string]: unknown;
    };
  };
}
/** Speechmatics-specific STT options. Only applies when recognizer vendor is 'speechmatics'. */
export interface RecognizerSpeechmaticsOptions {
  /** Speechmatics host URL. */
  readonly host?: string;
  /** Speechmatics profile. */
  readonly profile?: 'adaptive' | 'agile' | 'smart' | 'external';
  /** Speechmatics transcription configuration. */
  readonly transcription_config?: {
    /** Language code. */
    readonly language?: string;
    /** Domain model. */
    readonly domain?: string;
    /** Additional vocabulary entries. */
    readonly additional_vocab?: readonly unknown[];
    /** Diarization mode. */
    readonly diarization?: string;
    readonly speaker_diarization_config?: {
      readonly speaker_sensitivity?: number;
      readonly max_speakers?: number;
    };
    readonly conversation_config?: {
      readonly end_of_utterance_silence_trigger?: number;
    };
    /** Enable partial transcripts. */
    readonly enable_partials?: boolean;
    /** Maximum delay in seconds. */
    readonly max_delay?: number;
    /** Delay mode. */
    readonly max_delay_mode?: 'fixed' | 'flexible';
    /** Output locale for formatting. */
    readonly output_locale?: string;
    readonly punctuation_overrides?: {
      readonly permitted_marks?: readonly string[];
      readonly sensitivity?: number;
    };
    /** Deprecated by Speechmatics in favor of 'model'. Operating point (standard or enhanced). */
    readonly operating_point?: string;
    /** Model selection (replaces operating_point), e.g. standard, enhanced, or melia-1. */
    readonly model?: string;
    /** Enable entity detection. */
    readonly enable_entities?: boolean;
    readonly audio_filtering_config?: {
      readonly volume_threshold: number;
    };
    readonly transcript_filtering_config?: {
      readonly remove_disfluencies?: boolean;
      /** Word replacement rules applied to the transcript. 'from' accepts a plain word or a /regex/. */
      readonly replacements?: readonly {
        readonly from: string;
        readonly to: string;
      }[];
    };
  };
  /** Speechmatics translation configuration. */
  readonly translation_config?: {
    /** Target languages for translation. */
    readonly target_languages: readonly string[];
    /** Enable partial translations. */
    readonly enable_partials?: boolean;
  };
  /** Audio event detection configuration. */
  readonly audio_events_config?: {
    /** Audio event types to detect. */
    readonly types?: readonly ('applause' | 'music' | 'laughter')[];
  };
  readonly audio_events_config_config?: {
    readonly types?: unknown;
  };
}
/** xAI-specific STT options. Only applies when recognizer vendor is 'xai'. */
export interface RecognizerXaiOptions {
  /** xAI API key. Overrides the key configured in jambonz. */
  readonly apiKey?: string;
  /** Milliseconds of silence before an utterance is considered final. Range 0-5000. */
  readonly endpointing?: number;
  /** Enable speaker diarization. */
  readonly diarize?: boolean;
  /** Include filler words (um, uh) in transcript. */
  readonly fillerWords?: boolean;
  /** Key terms to boost recognition for. */
  readonly keyterms?: readonly string[];
  /** End-of-turn confidence threshold, between 0.0 and 1.0. */
  readonly smartTurn?: number;
  /** Maximum milliseconds of silence to wait before forcing an end-of-turn final result. Range 1-5000. */
  readonly smartTurnTimeout?: number;
}
/**
 */
export interface RecordOptions {
  readonly action: 'startCallRecording' | 'stopCallRecording' | 'pauseCallRecording' | 'resumeCallRecording';
  readonly type?: 'cloud' | 'siprec';
  readonly recordingID?: string;
  readonly siprecServerURL?: string | readonly unknown[];
  readonly headers?: {
    readonly [k: string]: unknown;
  };
}
/**
 * Transfers call control to a different webhook URL. The current verb stack is abandoned and the new webhook's
 * response becomes the active application. Useful for modular application design where different URLs handle
 * different phases of a call.
 */
export interface RedirectVerb {
  readonly verb: 'redirect';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The webhook to transfer control to. Must return a new array of verbs. */
  readonly actionHook: ActionHook;
  /** A webhook to receive call status events after the redirect. */
  readonly statusHook?: ActionHook;
}
/**
 */
export interface Resource {
  readonly externalReference?: ResourceReference;
  readonly inlineWordset?: string;
  readonly builtin?: string;
  readonly inlineGrammar?: string;
  readonly wakeupWord?: readonly unknown[];
  readonly weightName?: 'defaultWeight' | 'lowest' | 'low' | 'medium' | 'high' | 'highest';
  readonly weightValue?: number;
  readonly reuse?: 'undefined_reuse' | 'low_reuse' | 'high_reuse';
}
/**
 */
export interface ResourceReference {
  readonly type?:
    | 'undefined_resource_type'
    | 'wordset'
    | 'compiled_wordset'
    | 'domain_lm'
    | 'speaker_profile'
    | 'grammar'
    | 'settings';
  readonly uri?: string;
  readonly maxLoadFailures?: boolean;
  readonly requestTimeoutMs?: number;
  readonly headers?: {
    readonly [k: string]: unknown;
  };
}
/**
 * Internal verb used to originate an outbound call via the REST API. Not typically used directly in application
 * verb arrays.
 */
export interface RestDialVerb {
  readonly verb: 'rest:dial';
  readonly id?: string;
  readonly account_sid?: string;
  readonly application_sid?: string;
  /** Webhook URL or object for call control. */
  readonly call_hook:
    | string
    | {
        readonly [k: string]: unknown;
      };
  /** Webhook URL or object for call status notifications. */
  readonly call_status_hook?:
    | string
    | {
        readonly [k: string]: unknown;
      };
  /** The caller ID for the outbound call. */
  readonly from: string;
  /** Display name for the caller. */
  readonly callerName?: string;
  /** SIP host to use in the From header. */
  readonly fromHost?: string;
  readonly speech_synthesis_vendor?: string;
  readonly speech_synthesis_voice?: string;
  readonly speech_synthesis_language?: string;
  readonly speech_recognizer_vendor?: string;
  readonly speech_recognizer_language?: string;
  /** Arbitrary metadata to attach to the call. */
  readonly tag?: {
    readonly [k: string]: unknown;
  };
  /** The call destination. */
  readonly to: Target;
  /** Custom SIP headers to include on the outbound INVITE. */
  readonly headers?: {
    readonly [k: string]: string | number | readonly (string | number)[];
  };
  /** Ring timeout in seconds. */
  readonly timeout?: number;
  /** Answering machine detection configuration. */
  readonly amd?: Amd;
  /** If true, send separate audio streams for each call leg. */
  readonly dual_streams?: boolean;
  /** Webhook for in-dialog SIP requests. */
  readonly sipRequestWithinDialogHook?: string;
  /** Webhook for SIP REFER handling. */
  readonly referHook?:
    | string
    | {
        readonly [k: string]: unknown;
      };
  /** Maximum call duration in seconds. */
  readonly timeLimit?: number;
}
/**
 * Places the caller into a multi-party room. `room` is a synonym for `conference` with identical shape and
 * behavior, using the Voice-AI-friendly name; prefer `room` in new applications. The shape is defined entirely
 * by the conference verb (referenced here) so the two never drift.
 *
 * jambonz 0.9.8 does not have it.
 */
export interface RoomVerb extends Omit<ConferenceVerb, 'verb'> {
  readonly verb: 'room';
}
/**
 * Synonym for 'llm'. Connects the caller to a large language model for a real-time speech-to-speech voice
 * conversation. Requires 'vendor' to be specified explicitly.
 */
export interface S2sVerb extends LlmBaseOptions {
  readonly verb: 's2s';
  /** The LLM vendor to use. */
  readonly vendor: string;
  /**
   * Configuration passed to the LLM including the system prompt, temperature, tools/functions, and other model
   * parameters. The structure varies by vendor but typically includes 'messages' (conversation history),
   * 'temperature', 'tools' (function definitions), and 'maxTokens'.
   */
  readonly llmOptions: {
    readonly [k: string]: unknown;
  };
}
/**
 * Speaks text to the caller using text-to-speech. The text can be plain text or SSML. Optionally streams TTS
 * output incrementally for lower latency. This is one of the most commonly used verbs in jambonz applications.
 */
export interface SayVerb {
  readonly verb: 'say';
  /** An optional unique identifier for this verb instance. Can be used to reference it in other contexts. */
  readonly id?: string;
  /**
   * The text to speak. Can be plain text or SSML markup. If an array is provided, one entry is selected at random
   * (useful for variety in prompts).
   */
  readonly text?: string | readonly string[];
  /**
   * Natural language instructions to guide TTS expression and delivery. Supported by vendors that offer
   * instruction-based synthesis (e.g. ElevenLabs, some OpenAI models).
   */
  readonly instructions?: string;
  /**
   * If true, stream TTS audio to the caller incrementally as it is generated, rather than waiting for the complete
   * audio. Reduces time-to-first-byte for long utterances. Requires a vendor that supports streaming synthesis.
   */
  readonly stream?: boolean;
  /** Number of times to repeat the speech. Use 0 or 'forever' to loop indefinitely until interrupted. */
  readonly loop?: number | string;
  /** Override the session-level TTS configuration for this specific utterance. */
  readonly synthesizer?: Synthesizer;
  /**
   * If true, play the audio as early media (before the call is answered). Used for playing announcements or
   * prompts to the caller before the call is formally connected.
   */
  readonly earlyMedia?: boolean;
  /**
   * If true, bypass the TTS cache and always generate fresh audio. Useful when the same text should be
   * re-synthesized (e.g. with different SSML or when the voice has been updated).
   */
  readonly disableTtsCache?: boolean;
  /** If true, close the TTS stream when an empty text string is received. Only applies when stream is true. */
  readonly closeStreamOnEmpty?: boolean;
}
/**
 * Rejects an incoming call with a SIP error response. Used to decline calls with a specific status code and
 * reason (e.g. 486 Busy Here, 603 Decline).
 */
export interface SipDeclineVerb {
  readonly verb: 'sip:decline';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The SIP response status code to send. */
  readonly status: number;
  /** The SIP reason phrase to include in the response. */
  readonly reason?: string;
  /** Custom SIP headers to include in the response. */
  readonly headers?: {
    readonly [k: string]: string | number | readonly (string | number)[];
  };
}
/**
 * Sends a SIP REFER request to transfer the call to another party. Initiates an attended or unattended (blind)
 * transfer.
 */
export interface SipReferVerb {
  readonly verb: 'sip:refer';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The SIP URI or phone number to transfer the call to. */
  readonly referTo: string;
  /** The SIP URI to use in the Referred-By header. */
  readonly referredBy?: string;
  /** The display name to use in the Referred-By header. */
  readonly referredByDisplayName?: string;
  /** Custom SIP headers to include in the REFER request. */
  readonly headers?: {
    readonly [k: string]: string | number | readonly (string | number)[];
  };
  /** A webhook invoked when the REFER completes (or fails). */
  readonly actionHook?: ActionHook;
  /** A webhook invoked for NOTIFY events during the REFER process, providing transfer progress updates. */
  readonly eventHook?: ActionHook;
}
/**
 * Sends a SIP request within the current dialog. Used to send INFO, NOTIFY, or other SIP methods to the remote
 * party during an active call.
 */
export interface SipRequestVerb {
  readonly verb: 'sip:request';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The SIP method to send. */
  readonly method: string;
  /** The body of the SIP request. */
  readonly body?: string;
  /** Custom SIP headers to include in the request. */
  readonly headers?: {
    readonly [k: string]: string | number | readonly (string | number)[];
  };
  /** A webhook invoked when the response to the SIP request is received. */
  readonly actionHook?: ActionHook;
}
/**
 * Streams real-time call audio to an external websocket endpoint. Functionally equivalent to 'listen' — this is
 * an alias provided for naming clarity when the intent is audio streaming rather than recording.
 */
export interface StreamVerb {
  readonly verb: 'stream';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** The websocket URL to stream audio to. */
  readonly url: string;
  /** A webhook invoked when the stream ends. */
  readonly actionHook?: ActionHook;
  /** Authentication credentials for the websocket connection. */
  readonly wsAuth?: Auth;
  /** How to mix audio channels. */
  readonly mixType?: 'mono' | 'stereo' | 'mixed';
  /** Metadata to send with the initial connection. */
  readonly metadata?: {
    readonly [k: string]: unknown;
  };
  /** Audio sample rate in Hz. */
  readonly sampleRate?: number;
  /** DTMF key that ends the stream. */
  readonly finishOnKey?: string;
  /** Maximum duration in seconds. */
  readonly maxLength?: number;
  /** Forward DTMF events to the websocket. */
  readonly passDtmf?: boolean;
  /** Play a beep before streaming begins. */
  readonly playBeep?: boolean;
  /** Disable receiving audio from the websocket. */
  readonly disableBidirectionalAudio?: boolean;
  /** Bidirectional audio configuration. */
  readonly bidirectionalAudio?: BidirectionalAudio;
  /** Inactivity timeout in seconds. */
  readonly timeout?: number;
  /** Nested transcribe verb — enables simultaneous real-time transcription of the streamed audio. */
  readonly transcribe?: Omit<TranscribeVerb, 'verb'>;
  /** Stream audio before the call is answered. */
  readonly earlyMedia?: boolean;
  /** Specific audio channel to stream. Used when streaming a single channel of a multi-channel call. */
  readonly channel?: number;
  readonly auth?: Auth;
}
/**
 * Configuration for text-to-speech synthesis. Specifies the TTS vendor, voice, language, and vendor-specific
 * options. Can be set at the session level via the 'config' verb or overridden per-verb (e.g. on 'say').
 */
export interface Synthesizer {
  /** The TTS vendor to use. Must match a vendor configured in the jambonz platform. */
  readonly vendor: string;
  /**
   * An optional label identifying a specific credential set for this vendor. Used when multiple credentials are
   * configured for the same vendor on the jambonz platform.
   */
  readonly label?: string;
  /** The language code for speech synthesis, in BCP-47 format. */
  readonly language?: string;
  /**
   * The voice to use for synthesis. Format varies by vendor: Google uses voice names like 'en-US-Wavenet-D', AWS
   * Polly uses names like 'Joanna', but ElevenLabs and Cartesia require voice IDs (alphanumeric strings like
   * 'EXAVITQu4vr4xnSDxMaL'), not human-readable names. Some vendors accept an object for more complex voice
   * configuration.
   */
  readonly voice?:
    | string
    | {
        readonly [k: string]: unknown;
      };
  /** A backup TTS vendor to use if the primary vendor fails or is unavailable. */
  readonly fallbackVendor?: string;
  /** Credential label for the fallback vendor. */
  readonly fallbackLabel?: string;
  /** Language code to use with the fallback vendor. */
  readonly fallbackLanguage?: string;
  /** Voice to use with the fallback vendor. */
  readonly fallbackVoice?:
    | string
    | {
        readonly [k: string]: unknown;
      };
  /** The synthesis engine tier to use. Availability depends on the vendor. */
  readonly engine?: 'standard' | 'neural' | 'generative' | 'long-form';
  /** Preferred voice gender. Used by some vendors (e.g. Google) when a specific voice is not specified. */
  readonly gender?: 'MALE' | 'FEMALE' | 'NEUTRAL';
  /**
   * Vendor-specific options passed through to the TTS provider. The structure depends on the vendor being used.
   */
  readonly options?: {
    readonly [k: string]: unknown;
  };
}
/**
 * Attaches arbitrary metadata to the current call. Tagged data is included in all subsequent webhook requests
 * and in the call detail record (CDR). Useful for tracking business context, routing decisions, or analytics
 * data through the call lifecycle.
 */
export interface TagVerb {
  readonly verb: 'tag';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** An object containing the metadata to attach to the call. Keys and values are application-defined. */
  readonly data: {
    readonly [k: string]: unknown;
  };
}
/**
 * A call target for the 'dial' verb. Specifies who or what to connect the call to: a phone number (PSTN), a SIP
 * endpoint, a registered user, or a Microsoft Teams user.
 */
export interface Target {
  /** The type of target to dial. */
  readonly type: 'phone' | 'sip' | 'user' | 'teams';
  /** The phone number to dial. Required when type is 'phone'. Use E.164 format. */
  readonly number?: string;
  /** The SIP URI to dial. Required when type is 'sip'. */
  readonly sipUri?: string;
  /**
   * The registered user name to dial. Required when type is 'user'. Also used as the display name for SIP
   * targets.
   */
  readonly name?: string;
  /** The Microsoft Teams tenant ID. Required when type is 'teams'. */
  readonly tenant?: string;
  /** The SIP trunk to use for the outbound call. When specified, overrides the default carrier routing. */
  readonly trunk?: string;
  /**
   * A webhook to invoke when the target answers, before connecting the call. Use this to screen calls, play a
   * whisper prompt, or require the target to press a key to accept.
   */
  readonly confirmHook?: string | ActionHook;
  /** The HTTP method to use when invoking the confirmHook. */
  readonly method?: 'GET' | 'POST';
  /** Custom SIP headers to include on the outbound INVITE. Keys are header names, values are header values. */
  readonly headers?: {
    readonly [k: string]: string | number | readonly (string | number)[];
  };
  /** Override the From header on the outbound SIP INVITE. */
  readonly from?: {
    /** The user part of the SIP From URI. */
    readonly user?: string;
    /** The host part of the SIP From URI. */
    readonly host?: string;
  };
  /** SIP authentication credentials for the outbound call, if the far end requires digest auth. */
  readonly auth?: Auth;
  /** If true, follow the call into voicemail if the target does not answer. */
  readonly vmail?: boolean;
  /**
   * Override the Request-URI on the outbound SIP INVITE. Useful when the Request-URI needs to differ from the To
   * header.
   */
  readonly overrideTo?: string;
  /** A SIP proxy to route the outbound call through, specified as a SIP URI. */
  readonly proxy?: string;
}
/**
 */
export interface ToolFillerConfig {
  /**
   * Filler mode. 'audio' plays a looping audio file (killed immediately when tool returns). 'backchannel' uses TTS
   * to speak short phrases like 'one moment...' or 'checking that...' (allowed to complete before next action).
   */
  readonly type: 'audio' | 'backchannel';
  /** Seconds to wait after tool invocation before playing filler. Prevents filler on fast tools. Default: 2 */
  readonly startDelaySecs?: number;
  /** Audio file URL (for type='audio'). Should be loopable. Playback stops immediately when tool returns. */
  readonly url?: string;
  /**
   * Free-form style hint for LLM-generated phrases (for type='backchannel'). Examples: 'casual', 'professional',
   * 'friendly and patient'. The LLM interprets this when generating filler phrases at call start.
   */
  readonly style?: string;
  /**
   * Seconds from tool invocation before generating a longer explanatory response (for type='backchannel'). Useful
   * for tools that may take 10+ seconds. Default: 10
   */
  readonly escalationSecs?: number;
}
/**
 */
export interface TranscribeOptions {
  readonly enable: boolean;
  readonly transcriptionHook?: ActionHook;
  readonly recognizer?: Recognizer;
}
/**
 * Enables real-time transcription of the call audio. Transcription results are sent to the transcriptionHook as
 * they are produced. Runs as a background process — subsequent verbs execute immediately while transcription
 * continues.
 */
export interface TranscribeVerb {
  readonly verb: 'transcribe';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /**
   * Enable or disable transcription. Used when transcribe is nested inside a config or dial verb to start or stop
   * background transcription.
   */
  readonly enable?: boolean;
  /** The webhook URL to receive transcription results. */
  readonly transcriptionHook?: string;
  /** The webhook URL to receive translated transcription results. */
  readonly translationHook?: string;
  /** STT configuration for the transcription. */
  readonly recognizer?: Recognizer;
  /** If true, begin transcribing before the call is answered. */
  readonly earlyMedia?: boolean;
  /**
   * Specific audio channel to transcribe. Channel 1 = near-end (local party's audio, i.e. caller on A-leg or
   * callee on B-leg). Channel 2 = far-end (remote party's audio). When transcribe is nested in the dial verb,
   * omitting channel captures both legs mixed; specifying channel: 2 isolates the B-leg's inbound audio.
   */
  readonly channel?: 1 | 2;
}
/**
 * Shared configuration block for blind and warm transfer choreography, including destination targeting, caller
 * handling, confirmation gates, and failure dispositions. Reused by the transfer verb and the handoff
 * component.
 */
export interface TransferOptions {
  /**
   * Transfer mode: 'blind' hands off immediately without waiting for the destination to accept; 'warm' allows the
   * agent to brief the destination before connecting the caller.
   */
  readonly mode: 'blind' | 'warm';
  /**
   * blind only: 'refer' sends a SIP REFER to the remote end; 'dial' places a bridged outbound call. Not
   * auto-detected — must be set explicitly when the default 'refer' is not appropriate.
   */
  readonly blindMethod?: 'refer' | 'dial';
  /**
   * warm only: when true the caller is added to a three-way conference and can hear the brief; when false the
   * caller is parked (on hold) and does not hear the conversation between agent and destination.
   */
  readonly callerPresent?: boolean;
  /** One or more call destinations. All targets are rung simultaneously; the first to answer wins. */
  readonly target: readonly Target[];
  /** Caller ID presented to the transfer destination. */
  readonly callerId?: string;
  /**
   * warm/parked only: verbs to execute for the parked caller while the agent briefs the destination (e.g. play
   * hold music). Only invoked when callerPresent is false.
   */
  readonly onHoldHook?: ActionHook;
  /** Seconds to wait for the destination to answer before applying the onNoAnswer disposition. */
  readonly timeout?: number;
  /**
   * Optional human-side acceptance gate. The destination hears a prompt and must press the specified digit to
   * accept. A wrong digit, timeout, or hangup is treated as a 'decline' disposition.
   */
  readonly confirm?: {
    /** Text or URL of the prompt played to the destination. */
    readonly prompt: string;
    /** Single DTMF digit the destination must press to accept the transfer. */
    readonly digit: string;
  };
  /**
   * warm only: optional answering-machine detection run on the destination leg. Off by default; a 'machine' result
   * is treated as a 'decline' disposition.
   */
  readonly amd?: Amd;
  /** Per-outcome fallback actions when the transfer does not complete normally. */
  readonly disposition?: {
    /** Action when the destination does not answer within timeout. */
    readonly onNoAnswer?: 'return' | 'voicemail' | 'hangup';
    /** Action when the destination returns a busy signal. */
    readonly onBusy?: 'return' | 'voicemail' | 'hangup';
    /**
     * Action when the destination declines the transfer (confirm gate failed, AMD detected machine, or explicit
     * rejection).
     */
    readonly onDecline?: 'return' | 'voicemail' | 'hangup';
    /** Action when a protocol-level error occurs on the destination leg. */
    readonly onFailure?: 'return' | 'voicemail' | 'hangup';
    /** SIP URI or HTTP URL to route the caller to voicemail. Required when any disposition value is 'voicemail'. */
    readonly voicemailUrl?: string;
  };
  /**
   * Fires when the transfer resolves — whether the call was bridged, returned to the caller, sent to voicemail, or
   * failed.
   */
  readonly actionHook?: ActionHook;
  /** Optional hook for in-progress transfer events (e.g. destination ringing, brief started). */
  readonly eventHook?: ActionHook;
}
/**
 * Packages blind and warm parked/three-way transfer with built-in failure handling. Composes transferOptions for
 * the shared transfer choreography and adds a verb identifier, an optional instance id, and a brief object for
 * warm transfers where the app author supplies the literal spoken summary delivered to the destination.
 *
 * jambonz 0.9.8 does not have it.
 */
export interface TransferVerb extends TransferOptions {
  readonly verb: 'transfer';
  /** An optional unique identifier for this verb instance. */
  readonly id?: string;
  /** warm only. The spoken summary delivered to the destination (human). */
  readonly brief?: {
    /** The spoken briefing text. */
    readonly text: string;
    /** Optional voice/vendor for the brief. Defaults to the session synthesizer. */
    readonly synthesizer?: Synthesizer;
  };
}
/**
 * Shortcut for 'llm' with vendor automatically set to 'ultravox'. Connects the caller to an Ultravox model for
 * real-time speech-to-speech voice conversation.
 */
export interface UltravoxS2sVerb extends LlmBaseOptions {
  readonly verb: 'ultravox_s2s';
  /**
   * Configuration passed to the LLM including the system prompt, temperature, tools/functions, and other model
   * parameters. The structure varies by vendor but typically includes 'messages' (conversation history),
   * 'temperature', 'tools' (function definitions), and 'maxTokens'.
   */
  readonly llmOptions: {
    readonly [k: string]: unknown;
  };
  /** The LLM vendor (always 'ultravox' for this shortcut). */
  readonly vendor?: 'ultravox';
}
/**
 * Voice Activity Detection configuration. Controls how jambonz detects the presence or absence of speech on the
 * audio channel. Used to determine speech start/end boundaries for recognition and barge-in.
 */
export interface Vad {
  /** Whether to enable voice activity detection. */
  readonly enable?: boolean;
  /** Duration of voice activity (in milliseconds) required before speech is considered to have started. */
  readonly voiceMs?: number;
  /** Duration of silence (in milliseconds) required before speech is considered to have ended. */
  readonly silenceMs?: number;
  /** The VAD strategy to use. */
  readonly strategy?: string;
  /**
   * WebRTC VAD aggressiveness mode (0-3). Higher values are more aggressive at filtering non-speech. Only applies
   * when vendor is 'webrtc'.
   */
  readonly mode?: number;
  /** The VAD engine to use. */
  readonly vendor?: 'webrtc' | 'silero';
  /**
   * Speech detection confidence threshold for Silero VAD. Value between 0 and 1, where higher values require
   * greater confidence. Only applies when vendor is 'silero'.
   */
  readonly threshold?: number;
  /**
   * Padding in milliseconds added before and after detected speech segments. Prevents clipping utterance
   * boundaries. Only applies when vendor is 'silero'.
   */
  readonly speechPadMs?: number;
}
/**
 */
export interface VerbioOptions {
  readonly enable_formatting?: boolean;
  readonly enable_diarization?: boolean;
  readonly topic?: number;
  readonly inline_grammar?: string;
  readonly grammar_uri?: string;
  readonly label?: string;
  readonly recognition_timeout?: number;
  readonly speech_complete_timeout?: number;
  readonly speech_incomplete_timeout?: number;
}
/**
 */
export interface VoiceagentS2sVerb extends LlmBaseOptions {
  readonly verb: 'voiceagent_s2s';
}
