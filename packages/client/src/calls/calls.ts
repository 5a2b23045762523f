import type { JambonzCommand, JambonzDataOf, TerminalResult, Verb } from '@jambus/schema';
import type { JambusEvent, JambusEventOf } from '../event.ts';
import type { CreateOptions } from './create-call.ts';
import type { CallOutcome } from './placed-calls.ts';
import type { VerbOptions, VerbToRun } from './verb-options.ts';

/** Calls as functions: one for each call, which reads as a caller hears it. The same on every bus. */
export interface Calls {
  /**
   * Runs `serve` once for each call that begins, beside each other; the steps of one call are in order. All processes that give the same
   * `durable` share the calls: one of them has a call, and its events come to that one alone.
   *
   * When a process dies, stops or loses its connection for too long, another takes its calls over: it runs the function again from its
   * first line. What was sent before is not sent twice, as each step has an id made of the call, its content and its place; what jambonz
   * answered is read from the events. So the steps have to follow from what the call says. What else the function does may happen twice.
   *
   * @returns what resolves when the signal aborts or the client is closed, and all calls are finished or handed over
   * @throws JambusError as `Subscription.ready`, and `bad_message` for a `durable` that cannot be
   */
  serve(options: ServeOptions, serve: (call: Call) => Promise<void>): Serving;
  /**
   * Has the platform place a call, by its REST API. When somebody answers, the call begins with its `session:new` like any other, and
   * is served by whoever serves its application.
   *
   * @throws JambusError `bad_config`, `platform_refused`, `platform_unavailable` as `createCall`; `bus_unavailable` when events cannot be read
   */
  create(options: CreateOptions): Promise<PlacedCall>;
}

/** A call that the platform has placed. */
export interface PlacedCall {
  readonly callSid: string;
  /**
   * Resolves when somebody has answered, or nobody will.
   *
   * @throws JambusError `platform_unavailable` when nothing is told of the call, `stopped` when the client is closed
   */
  outcome(): Promise<CallOutcome>;
}

export interface Serving extends Promise<void> {
  /** Resolves when no call that begins from now on is missed. @throws JambusError as `Subscription.ready` */
  ready(): Promise<void>;
}

export interface ServeOptions {
  /** The name that all processes of a service share: letters, digits, dashes and underscores. */
  readonly durable: string;
  /** Only calls on websockets of this path. Who serves another one needs another `durable`. */
  readonly application?: string | undefined;
  /** Most calls at a time in this process, by default 1,000. On NATS others wait for any process; on Kafka for this one. */
  readonly concurrency?: number | undefined;
  /** What becomes of a call whose function has returned and which is still up; by default it is hung up. */
  readonly whenDone?: 'hangup' | 'leave' | undefined;
  /** Told of a function that throws, but for the end of its call. By default a warning of the process. */
  readonly onError?: ((error: unknown, call: Call) => void) | undefined;
  /** What a caller hears whose function throws, before the call is hung up. */
  readonly apology?: readonly Verb[] | undefined;
  /** How long the gateway waits for answers to hooks, ms: its settings; by default 3,500. For `call.deadline`. */
  readonly answerWithinMs?: number | undefined;
  /** Takes no more calls; those there are have the client's `drainMs` to finish, and are handed over then. */
  readonly signal?: AbortSignal | undefined;
}

/** What a hook of a verb told: `speech` and `digits` of a gather, `dial_call_status` of a dial. */
export type HookData = JambonzDataOf<'verb:hook'>;

export interface WaitOptions {
  /** How long to wait, ms; then it rejects with `CallTimeout`. By default as long as the call lasts. */
  readonly timeoutMs?: number | undefined;
}

/**
 * One call. What waits rejects with `CallEnded` when the call is over. Verbs replace those that run, as a `redirect` does, or answer the
 * hook that jambonz waits in.
 */
export interface Call {
  readonly callSid: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly direction: string | undefined;
  /** The call's first event. */
  readonly session: JambusEventOf<'session:new'>;
  /**
   * This function may have been run before, in a process that has the call no more. On Kafka this is also so where the call had begun
   * before this process was given its partition.
   */
  readonly resumed: boolean;
  /** Aborts when the call is over, or is another process's. Its reason is what waits rejects with. */
  readonly ended: AbortSignal;
  /** By when jambonz wants to hear what comes next; later verbs come as a `redirect`. Undefined while it does not wait. */
  readonly deadline: Date | undefined;
  /** Says it; resolves when it was said. @throws VerbFailed when jambonz could not */
  say(what: string | VerbOptions<'say'>): Promise<void>;
  /** Plays the sound; resolves when it has been played. @throws VerbFailed when jambonz could not */
  play(what: string | VerbOptions<'play'>): Promise<void>;
  /** Listens. @returns what was heard: `speech`, `digits`, and in any case `reason` */
  gather(options: VerbOptions<'gather'>, wait?: WaitOptions): Promise<HookData>;
  /** Connects the caller to others. @returns when that is over: `dial_call_status` and more */
  dial(options: VerbOptions<'dial'>, legs?: DialLegs): Promise<HookData>;
  /** Runs any one verb to its end. @returns what its `actionHook` told; undefined where it has none. @throws VerbFailed */
  run(verb: VerbToRun, wait?: WaitOptions): Promise<HookData | undefined>;
  /** Sends verbs as they are; resolves when they are on the call's websocket. @throws CommandRejected */
  verbs(verbs: readonly Verb[]): Promise<TerminalResult>;
  /** Sends a command as it is; resolves when it is on the call's websocket. @throws CommandRejected */
  command(command: JambonzCommand): Promise<TerminalResult>;
  /** Answers an event that wants it, one of `next` or `events` with a `msgid`. @throws CommandRejected */
  answer(event: JambusEvent, verbs?: readonly Verb[]): Promise<TerminalResult>;
  /** Hangs up; resolves when the call is over. */
  hangup(): Promise<void>;
  /** The next event that fits, from where the function stands: behind the last event that a step has waited for. */
  next<Event extends JambusEvent>(fits: (event: JambusEvent) => event is Event, wait?: WaitOptions): Promise<Event>;
  next(fits?: (event: JambusEvent) => boolean, wait?: WaitOptions): Promise<JambusEvent>;
  /** All events from where the function stands until the call is over, also those that steps beside the loop wait for. */
  events(): AsyncIterable<JambusEvent>;
}

export interface DialLegs {
  /**
   * Asks the called party; without it both are connected unasked. Accepted is `true`, or an answer to `leg.gather` in which something was
   * said or pressed.
   */
  readonly confirm?: ((leg: AskedLeg) => Promise<boolean | HookData>) | undefined;
  /** The called party has answered, and accepted where it was asked. */
  readonly onAnswer?: ((leg: Leg) => Promise<void>) | undefined;
  readonly timeoutMs?: number | undefined;
}

/** A party that was called. */
export interface Leg {
  readonly callSid: string;
  readonly to: string | undefined;
  /** Says it to this party alone, or plays verbs to it (`say` and `play` only). */
  whisper(what: string | readonly Verb[]): Promise<TerminalResult>;
  /** Sends a command for this party, as it is. @throws CommandRejected */
  command(command: JambonzCommand): Promise<TerminalResult>;
}

/** A called party that has not been connected yet. */
export interface AskedLeg {
  readonly callSid: string;
  readonly to: string | undefined;
  /** Asks once: what jambonz takes in the middle of a question cannot decline any more. */
  gather(options: VerbOptions<'gather'>): Promise<HookData>;
}
