import type { JambonzAck, JambonzCommand, TerminalResult, Verb } from '@jambus/schema';
import { otherVerb, verbFailure, verbProgress } from '@jambus/schema';
import type { SendOptions } from '../client.ts';
import type { JambusEvent } from '../event.ts';
import type { CallLog, LogReader } from './call-log.ts';
import type { Call, HookData, WaitOptions } from './calls.ts';
import type { Claim } from './claims.ts';
import { dialWith } from './dial.ts';
import { CallEnded, CallTimeout, CommandRejected, VerbFailed } from './errors.ts';
import { createStepIds } from './step-ids.ts';
import { TELLING_VERBS } from './telling-verbs.ts';
import type { VerbProperties } from './verb-options.ts';

/** Publishes a message for a call. */
export type Send = (
  callSid: string,
  message: JambonzCommand | JambonzAck,
  options: SendOptions,
) => Promise<TerminalResult>;

export interface RunningCallOptions {
  readonly claim: Claim;
  readonly send: Send;
  /** How long the gateway waits for answers to hooks, ms. */
  readonly answerWithinMs: number;
}

/** A question of jambonz that nobody has answered. */
interface Question {
  readonly msgid: string;
  readonly askedAt: Date;
}

/** What steps of a call are made of. */
export interface Steps {
  readonly callSid: string;
  /** A name for a step, the same whenever the function is run. */
  nameOf(content: unknown): string;
  /** Sends a message as a step; resolves when it is on the call's websocket, now or before. @throws CommandRejected, CallEnded */
  sendStep(name: string, message: JambonzCommand | JambonzAck): Promise<TerminalResult>;
  /** Sends verbs as the answer that jambonz waits for, or else in place of those that run. */
  sendVerbs(name: string, verbs: readonly Verb[]): Promise<TerminalResult>;
  /**
   * The first event from where the function stands of which `pick` makes something.
   *
   * @throws CallEnded, CallHandedOver, CallTimeout with `what`, and what `pick` throws
   */
  find<Found>(pick: (event: JambusEvent) => Found | undefined, what: string, wait?: FindOptions): Promise<Found>;
  /** A place of its own in the events, from where the function stands. To be closed. */
  reader(): LogReader;
  /** The event is a hook that jambonz waits in: the next verbs are its answer. */
  asked(event: JambusEvent): void;
}

export interface FindOptions extends WaitOptions {
  /** Nobody waits any more: it rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
  /** Reads on from its own place, wherever the function stands by now. It is moved behind what is found, and left open. */
  readonly from?: LogReader | undefined;
}

/** So that `finished` is told of each verb. */
const NOTIFY: Verb = { verb: 'config', notifyEvents: true };

/** A call as its function sees it. */
export function createRunningCall({ claim, send, answerWithinMs }: RunningCallOptions): Call {
  const { session, log, resumed } = claim;
  const { callSid, message } = session;
  const ids = createStepIds();
  /** What was told before this process had the call. */
  const pastEnd = resumed ? log.end : 0;
  /** Behind the last event that the function has waited for. */
  const stand = log.reader(1);
  let clock = session.time.getTime();
  let question: Question | undefined =
    message.msgid === undefined ? undefined : { msgid: message.msgid, askedAt: session.time };
  let notified = false;

  const moveTo = (position: number, event: JambusEvent): void => {
    if (position < stand.position) return;
    stand.position = position + 1;
    clock = event.time.getTime();
  };

  const find: Steps['find'] = async (pick, what, { timeoutMs, signal, from } = {}) => {
    const reader = from ?? log.reader(stand.position);
    // What is in the past was waited for in the time of the past.
    const inPast = reader.position < pastEnd;
    const until = timeoutMs === undefined ? Number.POSITIVE_INFINITY : (inPast ? clock : Date.now()) + timeoutMs;
    const isLate = ({ time }: JambusEvent) => reader.position < pastEnd && time.getTime() > until;
    const timer = new Timer(timeoutMs, until, signal);
    try {
      for (;;) {
        // What nobody has waited for in too long a time is forgotten.
        reader.position = Math.max(reader.position, log.start);
        const event = log.at(reader.position);
        if (event === undefined) {
          if (log.ended.aborted) throw log.ended.reason;
          if (signal?.aborted === true) throw signal.reason;
          if (timer.late) throw new CallTimeout(callSid, what, timeoutMs ?? 0);
          await log.wait(reader.position, timer.start());
          continue;
        }
        if (isLate(event)) throw new CallTimeout(callSid, what, timeoutMs ?? 0);
        const found = pick(event);
        if (found !== undefined) moveTo(reader.position, event);
        reader.position++;
        if (found !== undefined) return found;
      }
    } finally {
      timer.stop();
      if (from === undefined) reader.close();
    }
  };

  const sendStep: Steps['sendStep'] = async (name, sent) => {
    const id = `${session.id}/${name}`;
    // It has had its effect, as the events say: there is no need to rely on anybody's memory of ids.
    if (resumed && hasEffect(log, stand, id)) return deliveredBefore(callSid, id);
    if (log.ended.aborted) throw log.ended.reason;
    const result = await send(callSid, sent, { id, signal: log.ended }).catch((error: unknown) => {
      throw log.ended.aborted ? log.ended.reason : error;
    });
    if (result.status === 'delivered' || result.code === 'duplicate') return result;
    if (result.code === 'call_ended') throw new CallEnded(callSid, 'its commands are refused');
    throw new CommandRejected(result);
  };

  const steps: Steps = {
    callSid,
    nameOf: ids.next,
    sendStep,
    sendVerbs: async (name, verbs) => {
      const asked = question;
      question = undefined;
      const all = notified ? verbs : [NOTIFY, ...verbs];
      notified = true;
      if (asked === undefined) return await sendStep(name, { type: 'command', command: 'redirect', data: [...all] });
      return await sendStep(name, { type: 'ack', msgid: asked.msgid, data: all });
    },
    find,
    reader: () => log.reader(stand.position),
    asked: ({ message: { msgid }, time }) => {
      if (msgid !== undefined) question = { msgid, askedAt: time };
    },
  };

  const run = async (name: string, verb: string, options: VerbProperties, wait?: WaitOptions) => {
    const hook = TELLING_VERBS.has(verb) ? hookOf(name) : undefined;
    await steps.sendVerbs(name, [
      otherVerb({ ...options, verb, id: name, ...(hook !== undefined && { actionHook: hook }) }),
    ]);
    return await steps.find(outcomeOf(steps, name, verb, hook), `the end of ${verb}`, wait);
  };

  const told = async (verb: string, options: VerbProperties, wait?: WaitOptions): Promise<HookData> =>
    (await run(steps.nameOf([verb, options]), verb, options, wait)).data ?? {};

  return {
    callSid,
    from: message.data.from,
    to: message.data.to,
    direction: message.data.direction,
    session,
    resumed,
    ended: log.ended,
    get deadline() {
      return question === undefined ? undefined : new Date(question.askedAt.getTime() + answerWithinMs);
    },
    say: async (what) => void (await told('say', typeof what === 'string' ? { text: what } : what)),
    play: async (what) => void (await told('play', typeof what === 'string' ? { url: what } : what)),
    gather: (options, wait) => told('gather', options, wait),
    dial: (options, legs = {}) =>
      dialWith(steps, options, legs, (name, dialled, wait) => run(name, 'dial', dialled, wait)),
    run: async (given, wait) => {
      const { verb, ...options } = given as { readonly verb: string } & VerbProperties;
      return (await run(steps.nameOf([verb, options]), verb, options, wait)).data;
    },
    verbs: (verbs) => steps.sendVerbs(steps.nameOf(verbs), verbs),
    command: (command) => steps.sendStep(steps.nameOf(command), command),
    answer: async ({ id, message: { msgid } }, verbs = []) => {
      if (msgid === undefined) throw new TypeError(`event ${id} wants no answer: it has no msgid`);
      if (question?.msgid === msgid) question = undefined;
      return await steps.sendStep(steps.nameOf([msgid, verbs]), { type: 'ack', msgid, data: verbs });
    },
    hangup: async () => {
      try {
        await steps.sendVerbs(steps.nameOf('hangup'), [{ verb: 'hangup' }]);
        await steps.find(() => undefined, 'the end of the call');
      } catch (error) {
        if (!(error instanceof CallEnded)) throw error;
      }
    },
    next: (fits: (event: JambusEvent) => boolean = () => true, wait?: WaitOptions) =>
      find((event) => (fits(event) ? event : undefined), 'the event', wait) as Promise<never>,
    events: () => eventsOf(log, steps.reader(), find),
  };
}

/** Path of the hook that a step is told by. */
export function hookOf(name: string): string {
  return `/jambus/${name}`;
}

interface Outcome {
  readonly data: HookData | undefined;
}

/** How a verb went: by its hook, where it has one, or by its end. */
function outcomeOf({ callSid, asked }: Steps, name: string, verb: string, hook: string | undefined) {
  let failure: string | undefined;
  return (event: JambusEvent): Outcome | undefined => {
    const { message } = event;
    if (hook !== undefined && event.type === 'verb:hook' && event.message.hook === hook) {
      asked(event);
      return { data: event.message.data };
    }
    const failed = verbFailure(message);
    if (failed?.verbId === name) failure = failed.detail;
    const progress = verbProgress(message);
    if (progress?.verbId !== name || progress.state !== 'finished') return undefined;
    if (failure !== undefined) throw new VerbFailed(callSid, verb, failure);
    return { data: undefined };
  };
}

function hasEffect(log: CallLog, stand: LogReader, commandId: string): boolean {
  for (let position = Math.max(stand.position, log.start); position < log.end; position++) {
    if (log.at(position)?.causationId === commandId) return true;
  }
  return false;
}

function deliveredBefore(callSid: string, commandId: string): TerminalResult {
  return { commandId, callSid, status: 'delivered', at: new Date().toISOString() };
}

/** @param reader has a place of its own: what steps beside the loop wait for does not move it */
async function* eventsOf(
  log: CallLog,
  reader: LogReader,
  find: Steps['find'],
): AsyncGenerator<JambusEvent, void, undefined> {
  try {
    for (;;) yield await find((each) => each, 'an event', { from: reader });
  } catch (error) {
    if (error !== log.ended.reason || !(error instanceof CallEnded)) throw error;
  } finally {
    reader.close();
  }
}

/** A timer that is made when it is needed. */
class Timer {
  readonly #ms: number | undefined;
  readonly #until: number;
  readonly #outer: AbortSignal | undefined;
  readonly #over = new AbortController();
  readonly #abort = (): void => this.#over.abort();
  #timer: NodeJS.Timeout | undefined;
  #started = false;

  constructor(ms: number | undefined, until: number, outer: AbortSignal | undefined) {
    this.#ms = ms;
    this.#until = until;
    this.#outer = outer;
  }

  get late(): boolean {
    return this.#ms !== undefined && Date.now() >= this.#until;
  }

  /** What aborts when it is late, or when the outer signal does. */
  start(): AbortSignal {
    if (!this.#started) {
      this.#started = true;
      this.#outer?.addEventListener('abort', this.#abort);
      if (this.#ms !== undefined) this.#timer = setTimeout(this.#abort, this.#until - Date.now());
    }
    return this.#over.signal;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#abort);
  }
}
