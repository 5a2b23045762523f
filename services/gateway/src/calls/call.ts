import {
  type CallMemory,
  type ClosedFrame,
  callStatusOf,
  type EventFrame,
  type JambonzMessage,
  type JambusMessageOf,
  type JambusMessageType,
  type OpenedFrame,
  traceparentOfB3,
} from '@jambus/schema';
import type { Deadline, DeadlineQueue } from '../deadline-queue.ts';
import { type AnswerSettings, type Answers, createAnswers } from './answers.ts';
import type { CallSocket } from './call-socket.ts';
import { createDeliveries, type Deliveries, type DeliverySettings, type InboundCommand } from './deliveries.ts';
import { createRecentCommands, type RecentCommands } from './recent-commands.ts';
import { createVerbTracker, type VerbTracker } from './verb-tracker.ts';
import { hangUpMessage } from './wire.ts';

/** An event as a call hands it on; the link numbers it. */
export type CallEvent = Omit<EventFrame, 't' | 'n'>;

/** Why a call is no longer here. */
export type CallEnd = ClosedFrame['reason'];

export interface CallSettings extends AnswerSettings, DeliverySettings {
  /** How many command ids, and how many verb ids, a call remembers. */
  readonly rememberedCommands: number;
  /** How long a call may be without websocket before it counts as lost. */
  readonly graceDeadlines: DeadlineQueue;
  /** How long commands wait for the sign that jambonz has made a session of the initial application. */
  readonly lifeDeadlines: DeadlineQueue;
  /** How long a resumed call waits for the adapters to tell its past. */
  readonly resumeDeadlines: DeadlineQueue;
  /** How long a call may go without anybody sending it anything, from its start. */
  readonly claimDeadlines: DeadlineQueue | undefined;
}

/** What a call tells the gateway. */
export interface CallObserver {
  event(event: CallEvent, payload: Buffer): void;
  /** The call starts to hold commands, or has none left. */
  holding(call: Call, holding: boolean): void;
  /** The websocket went without ending the call. */
  away(call: Call, code: number): void;
  unclaimed(call: Call): void;
  /** jambonz says how it ended: `completed`, `busy` … */
  finished(call: Call, callStatus: string): void;
  ended(call: Call, reason: CallEnd): void;
}

/** A socket that has this much unwritten is left alone until it has taken it. */
const SOCKET_HIGH_WATER_BYTES = 256 * 1024;

/** A resumed call that says this much before its past is known goes on without it. */
const MAX_EVENTS_BEFORE_PAST = 1000;

/** One live call, across all the websockets it has in its life. */
export class Call {
  readonly callSid: string;
  readonly application: string;
  /** When this gateway first saw it, ms since the epoch. */
  readonly since = Date.now();
  /** How many websockets the call has had. */
  epoch = 1;
  /** Number of the call's last event. */
  sequence = 0;
  /** The terminal `call:status` has been seen. */
  completed = false;
  /** Somebody has sent it a command. */
  claimed = false;
  /** Trace context of what has to do with the call and has none of its own; undefined when nobody traces it. */
  traceparent: string | undefined;

  readonly answers: Answers;
  readonly recent: RecentCommands;
  readonly verbs: VerbTracker;
  readonly #deliveries: Deliveries;
  readonly #settings: CallSettings;
  readonly #observer: CallObserver;

  #socket: CallSocket | undefined;
  #gone = false;
  #answered = false;
  #moving = false;
  /** jambonz has a session for it, and with that somebody who listens to commands; earlier ones are lost over there. */
  #isLive = false;
  #life: Deadline | undefined;
  #grace: Deadline | undefined;
  #claim: Deadline | undefined;
  /** Messages of a resumed call, kept back until its past is known. */
  #beforePast: { readonly message: JambonzMessage; readonly payload: Buffer; readonly at: number }[] | undefined;
  #pastDeadline: Deadline | undefined;
  #adaptersToHear = 0;

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
    this.recent = createRecentCommands(settings.rememberedCommands);
    this.verbs = createVerbTracker(settings.rememberedCommands);
    this.#deliveries = createDeliveries(settings, this, (holding) => observer.holding(this, holding));
  }

  get ended(): boolean {
    return this.#gone || this.completed;
  }

  /** True between a socket's end and the next one's start. */
  get isAway(): boolean {
    return this.#socket === undefined && !this.#gone;
  }

  get writable(): CallSocket | undefined {
    const socket = this.#socket;
    if (socket === undefined || this.#beforePast !== undefined || this.#moving) return undefined;
    if (!this.#isLive && this.answers.initial === undefined) return undefined;
    return socket.isOpen && socket.bufferedBytes < SOCKET_HIGH_WATER_BYTES ? socket : undefined;
  }

  /** Commands that wait for the websocket. */
  get heldCommands(): number {
    return this.#deliveries.held;
  }

  /**
   * Gives the call its websocket: the first one, or the next after a drop. An older one that is still open is cut.
   *
   * @param message the first message on it; what follows comes by `receive`
   */
  attach(socket: CallSocket, message: JambonzMessage, payload: Buffer): void {
    const former = this.#socket;
    this.#socket = socket;
    former?.terminate();
    this.#grace?.cancel();
    this.#grace = undefined;
    this.answers.abandon();
    if (this.epoch === 1) this.#awaitClaim();
    this.#take(message, payload, true);
    this.#deliveries.release();
  }

  /** The call gets another websocket. Call before `attach`. */
  nextEpoch(): void {
    this.epoch++;
  }

  /**
   * Makes the call wait for what `adapters` know of its past, on another gateway. Call before `attach`.
   * Its events are numbered only then, and its commands wait as well.
   */
  awaitPast(adapters: number): void {
    this.epoch = 2;
    this.claimed = true;
    this.#isLive = true;
    this.#beforePast = [];
    this.#adaptersToHear = adapters;
    this.#pastDeadline = this.#settings.resumeDeadlines.add(() => this.#pastIsKnown());
  }

  /** One adapter's knowledge of the call's past. */
  past(epoch: number, sequence: number, memory: CallMemory | undefined): void {
    if (this.#beforePast === undefined) return;
    this.epoch = Math.max(this.epoch, epoch + 1);
    this.sequence = Math.max(this.sequence, sequence);
    if (memory !== undefined) {
      for (const [id, position] of memory.commands) this.recent.add(id, position, true);
      this.verbs.restore(memory.verbs, memory.playing);
    }
    this.#adaptersToHear--;
    if (this.#adaptersToHear <= 0) this.#pastIsKnown();
  }

  /** A message of jambonz on `socket`. */
  receive(socket: CallSocket, message: JambonzMessage, payload: Buffer): void {
    // A socket that was replaced may still have something in its buffers; it was said, so it is heard.
    this.#take(message, payload, false, socket === this.#socket);
    if (!this.#isLive) this.#goLive();
  }

  /** The websocket has closed. */
  detach(socket: CallSocket, code: number): void {
    // A late close of a replaced socket says nothing about the call.
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.answers.abandon();
    if (this.#moving) this.#end('moved');
    else if (this.completed || code === NORMAL_CLOSURE) this.#end('ended');
    else {
      this.#grace = this.#settings.graceDeadlines.add(() => this.#lose());
      this.#observer.away(this, code);
    }
  }

  deliver(command: InboundCommand): void {
    this.claimed = true;
    this.#claim?.cancel();
    this.#claim = undefined;
    if (this.#moving) command.settle({ status: 'returned' });
    else this.#deliveries.deliver(command);
  }

  expireHeld(nowMs: number): void {
    this.#deliveries.expire(nowMs);
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Answers what is open and closes the websocket so that jambonz opens the next one, at another gateway. */
  move(): void {
    if (this.#gone || this.#moving) return;
    this.answers.release();
    this.#moving = true;
    this.#deliveries.settleAll({ status: 'returned' });
    if (this.#socket === undefined) this.#end('moved');
    else this.#socket.close(SERVICE_RESTART, 'service restart');
  }

  /** Another gateway has the call: jambonz has left a socket that we may not even know to be dead. */
  goneElsewhere(): void {
    if (this.#gone) return;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.terminate();
    this.#end('moved');
  }

  opened(): OpenedFrame {
    return {
      t: 'opened',
      call: this.callSid,
      epoch: this.epoch,
      since: this.since,
      application: this.application,
      resumed: this.#beforePast !== undefined,
      ...(this.traceparent === undefined ? {} : { traceparent: this.traceparent }),
    };
  }

  memory(): CallMemory {
    return {
      commands: this.recent.delivered(),
      verbs: this.verbs.causes(),
      playing: this.verbs.playing(),
    };
  }

  #take(message: JambonzMessage, payload: Buffer, first: boolean, current = true): void {
    if (this.#beforePast === undefined) this.#report(message, payload, Date.now());
    else {
      this.#beforePast.push({ message, payload, at: Date.now() });
      if (this.#beforePast.length >= MAX_EVENTS_BEFORE_PAST) this.#pastIsKnown();
    }
    if (current) this.answers.ask(message, first);
    const status = callStatusOf(message, this.callSid);
    if (status === undefined || !status.ownLeg) return;
    if (status.callStatus === 'in-progress') this.#answered = true;
    if (status.terminal) {
      if (!this.completed) this.#observer.finished(this, status.callStatus);
      this.completed = true;
      this.#deliveries.settleAll({
        status: 'rejected',
        code: 'call_ended',
        detail: `the call is ${status.callStatus}`,
      });
    }
  }

  #report(message: JambonzMessage, payload: Buffer, time: number): void {
    const { causation, result } = this.verbs.observe(message);
    const traceparent = traceparentOfB3(message.b3) ?? this.traceparent;
    this.sequence++;
    this.#observer.event(
      {
        call: this.callSid,
        epoch: this.epoch,
        sequence: this.sequence,
        type: message.type,
        time,
        application: this.application,
        ...(causation === undefined ? {} : { causation }),
        ...(result === undefined ? {} : { result }),
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      payload,
    );
  }

  #pastIsKnown(): void {
    const kept = this.#beforePast;
    if (kept === undefined) return;
    this.#beforePast = undefined;
    this.#pastDeadline?.cancel();
    for (const { message, payload, at } of kept) this.#report(message, payload, at);
    this.#deliveries.release();
  }

  /** Something jambus itself has to say about the call, in the form of a jambonz message. */
  #announce<Type extends JambusMessageType>(type: Type, data: JambusMessageOf<Type>['data']): void {
    const message: JambonzMessage = { type, msgid: undefined, call_sid: this.callSid, data };
    this.#report(message, Buffer.from(JSON.stringify({ type, call_sid: this.callSid, data })), Date.now());
  }

  #awaitLife(): void {
    if (!this.#isLive) this.#life ??= this.#settings.lifeDeadlines.add(() => this.#goLive());
  }

  #goLive(): void {
    this.#isLive = true;
    this.#life?.cancel();
    this.#deliveries.release();
  }

  #awaitClaim(): void {
    const deadlines = this.#settings.claimDeadlines;
    if (deadlines === undefined) return;
    this.#claim = deadlines.add(() => {
      if (this.#gone || this.claimed) return;
      this.#announce('jambus:unclaimed', { since: new Date(this.since).toISOString() });
      this.#observer.unclaimed(this);
      // While it is away there is nothing to hang up; if it comes back, it gets the same time again.
      if (this.#socket === undefined) this.#awaitClaim();
      else this.#sendOwn(hangUpMessage(this.#answered));
    });
  }

  #lose(): void {
    this.#announce('jambus:lost', { since: new Date().toISOString() });
    this.#end('lost');
  }

  #end(reason: CallEnd): void {
    this.#gone = true;
    this.#pastIsKnown();
    this.answers.abandon();
    this.#claim?.cancel();
    this.#grace?.cancel();
    this.#life?.cancel();
    if (reason === 'moved') this.#deliveries.settleAll({ status: 'returned' });
    else this.#deliveries.settleAll({ status: 'rejected', code: 'call_ended', detail: 'the call has ended' });
    this.#observer.ended(this, reason);
  }

  /** Writes a message of our own. When the socket is gone there is nobody to answer any more. */
  #sendOwn(message: Buffer): void {
    if (this.#socket?.isOpen === true) this.#socket.send(message, () => {});
  }
}

/** Close codes, and what jambonz does about them: 1000 ends the call's control for good, 1012 makes it reconnect. */
const NORMAL_CLOSURE = 1000;
const SERVICE_RESTART = 1012;
