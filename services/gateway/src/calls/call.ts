import {
  type CallEnd,
  type CallMemory,
  type EventFrame,
  emptyMemory,
  noteDecided,
  type OpenedFrame,
  type Verdict,
} from '@jambus/link';
import {
  callStatusOf,
  type JambonzMessage,
  type JambusMessageOf,
  type JambusMessageType,
  traceparentOfB3,
} from '@jambus/schema';
import type { Deadline, DeadlineQueue } from '../deadline-queue.ts';
import { type AnswerSettings, type Answers, createAnswers } from './answers.ts';
import type { CallSocket } from './call-socket.ts';
import { type DecisionSettings, Decisions } from './decisions.ts';
import type { InboundCommand } from './inbound-command.ts';
import { type KnownPast, PastSearch, type PastSearchOptions } from './past-search.ts';
import { type Phase, pastOf, socketOf } from './phases.ts';
import { createVerbRuns, type VerbRuns } from './verb-runs.ts';
import { hangUpMessage } from './wire.ts';

export interface CallSettings extends AnswerSettings, DecisionSettings {
  /** How long a call may be without websocket before it counts as lost. */
  readonly graceDeadlines: DeadlineQueue;
  /** How long commands wait for the sign that jambonz has made a session of the initial application. */
  readonly lifeDeadlines: DeadlineQueue;
  /** How long a resumed call waits for what adapters know of its past, once one is linked. */
  readonly pastDeadlines: DeadlineQueue;
  /** How long a call may go without anybody sending it anything, from its start. */
  readonly claimDeadlines: DeadlineQueue | undefined;
}

/** What a call tells the gateway. */
export interface CallObserver {
  event(event: EventFrame, payload: Buffer): void;
  decided(call: Call, command: InboundCommand, verdict: Verdict, decided: string | undefined): void;
  /** The call starts to hold commands, or has none left. */
  holding(call: Call, holding: boolean): void;
  /** So many bytes of messages are kept in the call, or fewer (negative). */
  keeping(bytes: number): void;
  /** The websocket went without ending the call. */
  away(call: Call, code: number): void;
  unclaimed(call: Call): void;
  /** jambonz says how it ended: `completed`, `busy` … */
  finished(call: Call, callStatus: string): void;
  ended(call: Call, reason: CallEnd): void;
}

/** A socket that has this much unwritten is left alone until it has taken it. */
const SOCKET_HIGH_WATER_BYTES = 256 * 1024;
/** A call that has kept this many messages is not read from until its past is known. */
const MOST_KEPT = 256;
/** Close codes, and what jambonz does about them: 1000 ends the call's control for good, 1012 makes it reconnect. */
const NORMAL_CLOSURE = 1000;
const SERVICE_RESTART = 1012;

/** One live call, across all the websockets it has in its life. */
export class Call {
  readonly callSid: string;
  readonly application: string;
  /** When it was first seen, by whichever gateway knows, ms since the epoch. */
  since = Date.now();
  /** How many websockets the call has had; while its past is not known, how many here. */
  epoch = 1;
  /** Number of the call's last event. */
  sequence = 0;
  /** When jambonz said that the call has ended, or it was given up, ms since the epoch. */
  endedAt: number | undefined;
  /** Somebody has sent it a command. */
  claimed = false;
  /** Trace context of what has to do with the call and has none of its own; undefined when nobody traces it. */
  traceparent: string | undefined;

  readonly answers: Answers;
  readonly verbs: VerbRuns;
  readonly #decisions: Decisions;
  readonly #settings: CallSettings;
  readonly #observer: CallObserver;
  #phase: Phase = { name: 'away', wasLive: false, past: undefined, grace: undefined };
  #answered = false;
  /** Reading is stopped because the bus does not keep up. */
  #isPaused = false;
  /** When the call began is known. */
  #isSinceKnown = true;
  /** The numbers of the past are not to be had, which the next event says. */
  #isReset = false;
  #claim: Deadline | undefined;

  constructor(callSid: string, application: string, settings: CallSettings, observer: CallObserver) {
    this.callSid = callSid;
    this.application = application;
    this.#settings = settings;
    this.#observer = observer;
    this.answers = createAnswers(
      settings,
      (message) => this.#sendOwn(message),
      () => this.#awaitLife(),
    );
    this.verbs = createVerbRuns(settings.rememberedCommands);
    this.#decisions = new Decisions(settings, this, {
      decided: (command, verdict, decided) => observer.decided(this, command, verdict, decided),
      holding: (holding) => observer.holding(this, holding),
    });
  }

  /** The call takes no commands any more. */
  get ended(): boolean {
    return this.#phase.name === 'ended' || this.endedAt !== undefined;
  }

  /** True between a socket's end and the next one's start. */
  get isAway(): boolean {
    return this.#phase.name === 'away';
  }

  get isPastKnown(): boolean {
    return pastOf(this.#phase) === undefined;
  }

  get beganAt(): number | undefined {
    return this.#isSinceKnown ? this.since : undefined;
  }

  get writable(): CallSocket | undefined {
    const phase = this.#phase;
    if (phase.name !== 'live' && (phase.name !== 'awaiting_application' || this.answers.initial === undefined)) {
      return undefined;
    }
    const { socket } = phase;
    return socket.isOpen && socket.bufferedBytes < SOCKET_HIGH_WATER_BYTES ? socket : undefined;
  }

  /** Commands that wait for the websocket. */
  get heldCommands(): number {
    return this.#decisions.held;
  }

  /** The search for the call's past, while it goes on. */
  get past(): PastSearch | undefined {
    return pastOf(this.#phase);
  }

  /** Makes the call search for its past: it comes from another gateway. Call before `attach`. */
  searchPast(options: Omit<PastSearchOptions, 'onAsked' | 'onDone'>): void {
    const past = new PastSearch({
      ...options,
      onAsked: () => {
        past.deadline?.cancel();
        past.deadline = this.#settings.pastDeadlines.add(() => past.giveUp());
      },
      onDone: () => this.#pastIsKnown(past),
    });
    this.#phase = { name: 'away', wasLive: true, past, grace: undefined };
    this.#isSinceKnown = false;
  }

  /** The call gets another websocket. Call before `attach`. */
  nextEpoch(): void {
    this.epoch++;
  }

  /**
   * Gives the call its websocket: the first one, or the next after a drop. An older one that is still open is cut.
   *
   * @param message the first message on it; what follows comes by `receive`
   */
  attach(socket: CallSocket, message: JambonzMessage, payload: Buffer): void {
    const former = this.#phase;
    if (former.name === 'away') former.grace?.cancel();
    if (former.name === 'awaiting_application') former.life?.cancel();
    this.#phase = phaseWith(socket, former);
    socketOf(former)?.terminate();
    this.#decisions.socketLost();
    this.answers.abandon();
    if (this.isPastKnown && this.epoch === 1) this.#awaitClaim();
    this.#take(message, payload, true);
    this.#decisions.release();
  }

  /** A message of jambonz on `socket`. */
  receive(socket: CallSocket, message: JambonzMessage, payload: Buffer): void {
    // A socket that was replaced may still have something in its buffers; jambonz has said it, so it counts.
    this.#take(message, payload, false, socket === socketOf(this.#phase));
    this.#goLive();
  }

  /** The websocket has closed. */
  detach(socket: CallSocket, code: number): void {
    const phase = this.#phase;
    // A late close of a replaced socket says nothing about the call.
    if (socket !== socketOf(phase)) return;
    this.answers.abandon();
    this.#decisions.socketLost();
    if (phase.name === 'moving') this.#end('moved');
    else if (this.endedAt !== undefined || code === NORMAL_CLOSURE) this.#end('ended');
    else {
      if (phase.name === 'awaiting_application') phase.life?.cancel();
      const grace = this.#settings.graceDeadlines.add(() => this.#lose());
      this.#phase = { name: 'away', wasLive: phase.name !== 'awaiting_application', past: pastOf(phase), grace };
      this.#observer.away(this, code);
    }
  }

  deliver(command: InboundCommand): void {
    this.claimed = true;
    this.#claim?.cancel();
    this.#claim = undefined;
    const { name } = this.#phase;
    if (name === 'moving' || name === 'ended') command.giveBack();
    else this.#decisions.take(command);
  }

  withdraw(command: InboundCommand): void {
    this.#decisions.withdraw(command);
  }

  expireHeld(nowMs: number): void {
    this.#decisions.expire(nowMs);
  }

  pause(): void {
    this.#isPaused = true;
    socketOf(this.#phase)?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    const { past } = this;
    if (past === undefined || past.kept.length < MOST_KEPT) socketOf(this.#phase)?.resume();
  }

  /** Answers what is open and closes the websocket so that jambonz opens the next one, at another gateway. */
  move(): void {
    const phase = this.#phase;
    if (phase.name === 'ended' || phase.name === 'moving') return;
    this.answers.release();
    const socket = socketOf(phase);
    if (socket === undefined) {
      this.#end('moved');
      return;
    }
    // Before the search ends without its answers: those that were decided elsewhere would have a second effect.
    this.#decisions.giveBackAll();
    this.past?.finish();
    this.#phase = { name: 'moving', socket };
    socket.close(SERVICE_RESTART, 'service restart');
  }

  /** Another gateway has the call: jambonz has left a socket that we may not even know to be dead. */
  goneElsewhere(): void {
    const phase = this.#phase;
    if (phase.name === 'ended') return;
    this.#end('moved');
    socketOf(phase)?.terminate();
  }

  opened(): OpenedFrame {
    return {
      t: 'opened',
      call: this.callSid,
      epoch: this.epoch,
      since: this.since,
      application: this.application,
      resumed: !this.isPastKnown,
      ...(this.traceparent === undefined ? {} : { traceparent: this.traceparent }),
    };
  }

  memory(): CallMemory {
    return { ...this.#decisions.memory(), runs: this.verbs.list(), claimed: this.claimed };
  }

  #take(message: JambonzMessage, payload: Buffer, first: boolean, current = true): void {
    const past = pastOf(this.#phase);
    if (past === undefined) {
      this.#report(message, payload, Date.now(), this.epoch);
    } else {
      past.kept.push({ message, payload, at: Date.now(), socket: this.epoch });
      this.#observer.keeping(payload.length);
      // Whatever websocket it came on, and what of our own was kept meanwhile.
      if (past.kept.length >= MOST_KEPT) socketOf(this.#phase)?.pause();
    }
    if (current) this.answers.ask(message, first);
    this.#observeStatus(message);
  }

  #observeStatus(message: JambonzMessage): void {
    // A call that was answered before it came here says so in its session's first message.
    if (message.type.startsWith('session:') && message.data['call_status'] === 'in-progress') this.#answered = true;
    const status = callStatusOf(message, this.callSid);
    if (status === undefined || !status.ownLeg) return;
    if (status.callStatus === 'in-progress') this.#answered = true;
    if (status.terminal && this.endedAt === undefined) {
      this.endedAt = Date.now();
      this.#observer.finished(this, status.callStatus);
      this.#decisions.release();
    }
  }

  #report(message: JambonzMessage, payload: Buffer, time: number, epoch: number): void {
    const { causation, result } = this.verbs.observe(message);
    if (causation !== undefined) this.#decisions.confirm(causation);
    const traceparent = traceparentOfB3(message.b3) ?? this.traceparent;
    const { latest: decided } = this.#decisions;
    this.sequence++;
    this.#observer.event(
      {
        t: 'event',
        n: 0,
        call: this.callSid,
        epoch,
        sequence: this.sequence,
        type: message.type,
        time,
        application: this.application,
        ...(this.#isReset ? { reset: true } : {}),
        ...(causation === undefined ? {} : { causation }),
        ...(result === undefined ? {} : { result }),
        ...(result === undefined || decided === undefined ? {} : { decided }),
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      payload,
    );
    this.#isReset = false;
  }

  #pastIsKnown(past: PastSearch): void {
    const phase = this.#phase;
    if (phase.name === 'awaiting_past') this.#phase = { name: 'live', socket: phase.socket };
    else if (phase.name === 'away') this.#phase = { ...phase, past: undefined };
    this.#restore(past.found);
    const former = Math.max(0, ...past.found.map(({ epoch }) => epoch));
    this.sequence = Math.max(this.sequence, ...past.found.map(({ sequence }) => sequence));
    this.#isReset = former === 0;
    // A call that is resumed has had a websocket before, whether somebody knows how many or not.
    const before = Math.max(former, 1);
    this.epoch += before;
    for (const { message, payload, at, socket } of past.kept) {
      this.#observer.keeping(-payload.length);
      this.#report(message, payload, at, socket + before);
    }
    if (!this.claimed) this.#awaitClaim();
    this.#decisions.judgeHeld();
    this.#decisions.release();
    if (past.endsAs !== undefined) this.#end(past.endsAs);
    else if (past.kept.length >= MOST_KEPT && !this.#isPaused) socketOf(this.#phase)?.resume();
  }

  #restore(found: readonly KnownPast[]): void {
    const memory = emptyMemory();
    for (const { since, memory: known } of found) {
      if (since !== undefined) {
        this.since = this.#isSinceKnown ? Math.min(this.since, since) : since;
        this.#isSinceKnown = true;
      }
      if (known === undefined) continue;
      for (const decided of known.decided) noteDecided(memory.decided, decided);
      memory.ids.push(...known.ids);
      if (known.runs.length > memory.runs.length) memory.runs = known.runs;
      this.claimed ||= known.claimed;
    }
    this.#decisions.restore(memory);
    this.verbs.restore(memory.runs);
  }

  /** Something jambus itself has to say about the call, in the form of a jambonz message. */
  #announce<Type extends JambusMessageType>(type: Type, data: JambusMessageOf<Type>['data']): void {
    const message: JambonzMessage = { type, msgid: undefined, call_sid: this.callSid, data };
    const payload = Buffer.from(JSON.stringify({ type, call_sid: this.callSid, data }));
    const past = pastOf(this.#phase);
    if (past === undefined) {
      this.#report(message, payload, Date.now(), this.epoch);
    } else {
      past.kept.push({ message, payload, at: Date.now(), socket: this.epoch });
      this.#observer.keeping(payload.length);
    }
  }

  #awaitLife(): void {
    const phase = this.#phase;
    if (phase.name === 'awaiting_application') phase.life ??= this.#settings.lifeDeadlines.add(() => this.#goLive());
  }

  #goLive(): void {
    const phase = this.#phase;
    if (phase.name !== 'awaiting_application') return;
    phase.life?.cancel();
    this.#phase = { name: 'live', socket: phase.socket };
    this.#decisions.release();
  }

  #awaitClaim(): void {
    const deadlines = this.#settings.claimDeadlines;
    if (deadlines === undefined || this.#claim !== undefined) return;
    this.#claim = deadlines.add(() => {
      this.#claim = undefined;
      if (this.ended || this.claimed) return;
      this.#announce('jambus:unclaimed', { since: new Date(this.since).toISOString() });
      this.#observer.unclaimed(this);
      // While it is away there is nothing to hang up; if it comes back, it gets the same time again.
      if (this.isAway) this.#awaitClaim();
      else this.#sendOwn(hangUpMessage(this.#answered));
    });
  }

  #lose(): void {
    this.endedAt = Date.now();
    this.#announce('jambus:lost', { since: new Date(this.endedAt).toISOString() });
    this.#end('lost');
  }

  #end(reason: CallEnd): void {
    const phase = this.#phase;
    const past = pastOf(phase);
    if (past !== undefined && reason !== 'moved') {
      // Its last messages still need their numbers.
      past.endsAs = reason;
      this.endedAt ??= Date.now();
      if (phase.name === 'away') phase.grace?.cancel();
      this.#phase = { name: 'away', wasLive: true, past, grace: undefined };
      return;
    }
    if (reason === 'moved') {
      this.#decisions.socketLost();
      this.#decisions.giveBackAll();
    }
    past?.finish();
    // It had ended before, and its past was all that it waited for.
    if (this.#phase.name === 'ended') return;
    if (phase.name === 'awaiting_application') phase.life?.cancel();
    if (phase.name === 'away') phase.grace?.cancel();
    this.#claim?.cancel();
    this.answers.abandon();
    if (reason !== 'moved') {
      this.endedAt ??= Date.now();
      this.#decisions.release();
    }
    this.#phase = { name: 'ended' };
    this.#observer.ended(this, reason);
  }

  /** Writes a message of our own. When the socket is gone there is nobody to answer any more. */
  #sendOwn(message: Buffer): void {
    const socket = socketOf(this.#phase);
    if (socket?.isOpen === true) socket.send(message, () => {});
  }
}

/** The phase of a call that gets a websocket. */
function phaseWith(socket: CallSocket, former: Phase): Phase {
  const past = pastOf(former);
  if (past !== undefined) return { name: 'awaiting_past', socket, past };
  const isLive = former.name === 'live' || (former.name === 'away' && former.wasLive);
  return isLive ? { name: 'live', socket } : { name: 'awaiting_application', socket, life: undefined };
}
