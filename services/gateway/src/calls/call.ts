import type { CallEnd, CallMemory, EventFrame, OpenedFrame, Verdict } from '@jambus/link';
import {
  callStatusOf,
  isTold,
  type JambonzMessage,
  type QuestionKind,
  questionKind,
  type RejectionCode,
  wantsAck,
} from '@jambus/schema';
import type { DeadlineQueue } from '../deadline-queue.ts';
import { accountOf, CLAIM_REFUSED } from './admission.ts';
import { type AnswerSettings, type Answers, createAnswers } from './answers.ts';
import { CallEvents, type EventSubject, ownMessage } from './call-events.ts';
import type { CallSocket } from './call-socket.ts';
import { type ClaimWatch, createClaimWatch } from './claim-watch.ts';
import { type DecisionSettings, Decisions } from './decisions.ts';
import type { InboundCommand } from './inbound-command.ts';
import { createNamedHooks, type NamedHooks } from './named-hooks.ts';
import { PastSearch, type PastSearchOptions } from './past-search.ts';
import { cancelLife, isLive, type Phase, pastOf, phaseWith, socketOf } from './phases.ts';
import type { SocketOrigin } from './socket-origin.ts';
import { type RoleContext, type SocketRole, takesControl } from './socket-role.ts';
import { createStatusSockets } from './status-sockets.ts';
import { createVerbRuns, type VerbRuns } from './verb-runs.ts';
import { type WholePast, wholePast } from './whole-past.ts';
import { ackMessage, hangUpMessage, notifyEventsMessage } from './wire.ts';

export interface CallSettings extends AnswerSettings, DecisionSettings {
  /** How long a call may be without websocket before it counts as lost. */
  readonly graceDeadlines: DeadlineQueue;
  /** The same for a call whose `session:new` has no answer yet: jambonz waits 5 s for one, and hangs up. */
  readonly setUpGraceDeadlines: DeadlineQueue;
  /** How long a call may take from one websocket, closed for good, to the one that a `redirect` verb opens. */
  readonly handOverDeadlines: DeadlineQueue;
  /** How long commands wait for the sign that jambonz has made a session of the initial application. */
  readonly lifeDeadlines: DeadlineQueue;
  /** How long a resumed call waits for what adapters know of its past, once one is linked. */
  readonly pastDeadlines: DeadlineQueue;
  /** How long a text message is kept after it was given its application, for the hooks of its verbs. */
  readonly messageDeadlines: DeadlineQueue;
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
  /** A message for the gateway that has the call. @param via adapters that reach it, as far as is known */
  relay(call: Call, payload: Buffer, via: readonly string[]): void;
  /** Another gateway has the call, and its websocket here is not from its peer. */
  clash(call: Call): void;
  /** jambonz has not taken the initial application. */
  rejected(call: Call): void;
  /** jambonz says how it ended: `completed`, `busy` … */
  finished(call: Call, callStatus: string): void;
  ended(call: Call, reason: CallEnd): void;
}

/** A socket that has this much unwritten is left alone until it has taken it. */
const SOCKET_HIGH_WATER_BYTES = 256 * 1024;
/** A call that has kept this many messages is not read from until its past is known. */
const MOST_KEPT = 256;
/** So many runs of verbs, brought and not finished, are told apart. */
const MOST_RUNS = 256;
/** Close codes, and what jambonz does about them: 1000 ends the call's control for good, 1012 makes it reconnect. */
const NORMAL_CLOSURE = 1000;
const SERVICE_RESTART = 1012;
const POLICY_VIOLATION = 1008;
/** With which jambonz closes the websocket of a call whose application it does not take. */
const GOING_AWAY = 1001;

/** One live call, across all the websockets it has in its life. */
export class Call implements RoleContext, EventSubject {
  readonly callSid: string;
  /** The path of its websocket for commands, by which applications of jambonz differ. */
  application: string;
  /** When it was first seen, by whichever gateway knows, ms since the epoch. */
  since = Date.now();
  /** How many websockets the call has had; while its past is not known, how many here. */
  epoch = 1;
  /** When jambonz said that the call has ended, or it was given up, ms since the epoch. */
  endedAt: number | undefined;
  /** Somebody has sent it a command. */
  claimed = false;
  /** Where its websocket for commands comes from. */
  origin: SocketOrigin | undefined;
  /** The account of jambonz that it belongs to, once a message has named it. */
  account: string | undefined;
  /** It is a text message, which has no call: jambonz takes its application and nothing else. */
  isMessage = false;
  /** Trace context of what has to do with the call and has none of its own; undefined when nobody traces it. */
  traceparent: string | undefined;

  readonly answers: Answers;
  readonly verbs: VerbRuns;
  readonly hooks: NamedHooks = createNamedHooks();
  readonly #statusSockets = createStatusSockets();
  readonly #decisions: Decisions;
  readonly #events: CallEvents;
  readonly #settings: CallSettings;
  readonly #observer: CallObserver;
  #phase: Phase = { name: 'away', was: 'awaiting_application', past: undefined, grace: undefined };
  #answered = false;
  /** jambonz has asked for the initial application. */
  #hasSession = false;
  /** It was a leg of another call, and has become one of its own. */
  #isAdult = false;
  /** Reading is stopped because the bus does not keep up. */
  #isPaused = false;
  /** Bytes of its events that are not on the bus yet. */
  #pendingBytes = 0;
  /** Reading is stopped because it says more than the bus takes, which takes nothing from other calls then. */
  #isAhead = false;
  /** When the call began is known. */
  #isSinceKnown = true;
  /** Every websocket that it has had was one of this gateway, so its paths are known. */
  #isAtHome = true;
  readonly #claim: ClaimWatch;
  /** jambonz has closed the websocket for commands with 1000. */
  #closedForGood = false;

  constructor(callSid: string, application: string, settings: CallSettings, observer: CallObserver) {
    this.callSid = callSid;
    this.application = application;
    this.#settings = settings;
    this.#observer = observer;
    this.answers = createAnswers(settings, () => this.#awaitLife());
    this.verbs = createVerbRuns(MOST_RUNS);
    this.#decisions = new Decisions(settings, this, {
      decided: (command, verdict, decided) => observer.decided(this, command, verdict, decided),
      holding: (holding) => observer.holding(this, holding),
    });
    this.#events = new CallEvents(this, (event, payload) => observer.event(event, payload));
    this.#claim = createClaimWatch(settings.claimDeadlines, () => this.#beUnclaimed());
  }

  /** The call takes no commands any more. */
  get ended(): boolean {
    return this.isGone || this.endedAt !== undefined;
  }

  /** The call has left this gateway. */
  get isGone(): boolean {
    return this.#phase.name === 'ended' || this.#phase.name === 'relaying';
  }

  /** True between a socket's end and the next one's start. */
  get isAway(): boolean {
    return this.#phase.name === 'away';
  }

  /** Tells whether the websocket for commands is gone, or goes within so many ms, and no other comes. */
  whenControlGone(withinMs: number, onEnd: (gone: boolean) => void): void {
    const socket = socketOf(this.#phase);
    if (socket === undefined) {
      onEnd(true);
      return;
    }
    socket.probe(withinMs, (gone) => {
      const now = socketOf(this.#phase);
      onEnd(gone && (now === undefined || now === socket));
    });
  }

  /** Number of the call's last event. */
  get sequence(): number {
    return this.#events.sequence;
  }

  get decidedPosition(): string | undefined {
    return this.#decisions.latest;
  }

  confirm(commandId: string): void {
    this.#decisions.confirm(commandId);
  }

  get hasControl(): boolean {
    return socketOf(this.#phase) !== undefined;
  }

  get isAtHome(): boolean {
    return this.#isAtHome;
  }

  /** Another gateway has a websocket that tells its status. */
  noteElsewhere(): void {
    this.#isAtHome = false;
  }

  /** Whether it has or had a websocket of this path here. */
  knowsPath(application: string): boolean {
    return application === this.application || this.#statusSockets.knows(application);
  }

  /** Whether the websocket is the one for commands. */
  isControl(socket: CallSocket): boolean {
    return socket === socketOf(this.#phase);
  }

  awaitsStatus(application: string): boolean {
    return this.#statusSockets.awaits(application);
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
    this.#phase = { name: 'away', was: 'live', past, grace: undefined };
    this.#isSinceKnown = false;
    this.#isAtHome = false;
  }

  /** The call gets another websocket. Call before `attach`. */
  nextEpoch(): void {
    this.epoch++;
  }

  /**
   * Gives the call a websocket.
   *
   * @param message the first message on it; what follows comes by `receive`
   * @param origin where the websocket comes from
   */
  attach(socket: CallSocket, role: SocketRole, message: JambonzMessage, payload: Buffer, origin: SocketOrigin): void {
    this.account ??= accountOf(message);
    if (role === 'control') this.#takeControl(socket, message, origin);
    else this.#statusSockets.add(socket, origin.application);
    this.#hear(socket, message, payload);
    this.#decisions.release();
  }

  /** A message of jambonz on `socket`. */
  receive(socket: CallSocket, message: JambonzMessage, payload: Buffer): void {
    if (takesControl(message) && this.#statusSockets.has(socket)) {
      this.#statusSockets.remove(socket);
      this.#takeControl(socket, message, this.origin);
    }
    this.#hear(socket, message, payload);
  }

  /** A websocket has closed. */
  detach(socket: CallSocket, code: number): void {
    if (this.isGone) return;
    const isUnanswered = this.answers.initial !== undefined;
    this.answers.abandon(socket);
    if (this.#statusSockets.remove(socket)) {
      if (this.#statusSockets.size === 0 && this.#isOver) this.#end('ended');
      return;
    }
    const phase = this.#phase;
    // A late close of a replaced socket says nothing about the call.
    if (socket !== socketOf(phase)) return;
    this.#decisions.socketLost();
    cancelLife(phase);
    if (phase.name === 'moving') this.#end('moved');
    else if (this.endedAt !== undefined || (code === NORMAL_CLOSURE && this.isMessage)) this.#end('ended');
    else if (code === GOING_AWAY && phase.name === 'awaiting_application' && this.answers.initial === undefined) {
      this.#observer.rejected(this);
      this.#end('ended');
    } else this.#goAway(code, isUnanswered ? this.#settings.setUpGraceDeadlines : this.#settings.graceDeadlines);
  }

  /** jambonz has closed the websocket for commands for good, and tells the end of the call on another one. */
  get #isOver(): boolean {
    return this.#phase.name === 'away' && (this.#closedForGood || this.endedAt !== undefined);
  }

  /** An older websocket is cut, unless jambonz goes on telling the status of the call there. */
  #takeControl(socket: CallSocket, message: JambonzMessage, origin: SocketOrigin | undefined): void {
    const former = this.#phase;
    const formerSocket = socketOf(former);
    if (former.name === 'away') former.grace?.cancel();
    cancelLife(former);
    if (formerSocket !== undefined && formerSocket !== socket) {
      if (message.type === 'session:redirect') this.#statusSockets.add(formerSocket, this.application);
      else {
        this.answers.abandon(formerSocket);
        formerSocket.terminate();
      }
      this.#decisions.socketLost();
    }
    this.application = origin?.application ?? this.application;
    this.origin = origin;
    this.#isAdult ||= message.type === 'session:adulting';
    this.#closedForGood = false;
    this.#phase = phaseWith(socket, former, message);
    // While jambonz places the call, nobody can know it yet.
    if (this.#phase.name === 'awaiting_application' && this.isPastKnown) this.#claim.await();
  }

  #goAway(code: number, graceDeadlines: DeadlineQueue): void {
    const phase = this.#phase;
    const was = phase.name === 'awaiting_session' || phase.name === 'awaiting_application' ? phase.name : 'live';
    this.#closedForGood = code === NORMAL_CLOSURE;
    // jambonz tells the end of a call before it closes with 1000. Without that the call goes on: on a websocket that a
    // `redirect` verb opens, or with an application that is not ours.
    const grace =
      this.#closedForGood && this.#statusSockets.size === 0
        ? this.#settings.handOverDeadlines.add(() => this.#end('ended'))
        : graceDeadlines.add(() => this.#lose());
    this.#phase = { name: 'away', was, past: pastOf(phase), grace };
    this.#observer.away(this, code);
  }

  deliver(command: InboundCommand): void {
    this.claimed = true;
    this.#claim.cancel();
    const { name } = this.#phase;
    if (name === 'moving' || this.isGone) command.giveBack();
    else this.#decisions.take(command);
  }

  withdraw(command: InboundCommand): void {
    this.#decisions.withdraw(command);
  }

  /** The bus has the result of the command at this position. @param code of a refusal */
  resultTaken(position: string, code: RejectionCode | undefined): void {
    this.#decisions.resultTaken(position, code);
  }

  expireHeld(nowMs: number): void {
    this.#decisions.expire(nowMs);
  }

  pause(): void {
    this.#isPaused = true;
    this.#stopReading();
  }

  resume(): void {
    this.#isPaused = false;
    const { past } = this;
    if (this.#isAhead || (past !== undefined && past.kept.length >= MOST_KEPT)) return;
    socketOf(this.#phase)?.resume();
    for (const socket of this.#statusSockets) socket.resume();
  }

  /**
   * So many bytes of its events wait for the bus, or fewer (negative).
   *
   * @param share most that it may have waiting before it is not read from
   */
  notePending(bytes: number, share: number): void {
    this.#pendingBytes = Math.max(0, this.#pendingBytes + bytes);
    if (this.#pendingBytes > share) {
      this.#isAhead = true;
      this.#stopReading();
    } else if (this.#isAhead && this.#pendingBytes <= share / 2) {
      this.#isAhead = false;
      if (!this.#isPaused) this.resume();
    }
  }

  #stopReading(): void {
    socketOf(this.#phase)?.pause();
    for (const socket of this.#statusSockets) socket.pause();
  }

  /** Answers what is open and closes the websocket so that jambonz opens the next one, at another gateway. */
  move(): void {
    const phase = this.#phase;
    if (this.isGone || phase.name === 'moving') return;
    this.answers.release();
    for (const status of this.#statusSockets) status.close(SERVICE_RESTART, 'service restart');
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

  /**
   * Another gateway has the call. A websocket that jambonz has not left may still tell its status.
   *
   * @param via the adapter that says so
   * @param isRefused the websockets here are not from its peer, and are closed
   */
  goneElsewhere(via: string, isRefused = false): void {
    if (this.isGone) return;
    const socket = socketOf(this.#phase);
    this.#end('moved');
    this.#phase = { name: 'relaying', isRefused, via: [via], wasLive: isLive(this.#phase) };
    if (isRefused) this.#refuse(socket);
  }

  #refuse(control: CallSocket | undefined): void {
    this.#observer.clash(this);
    for (const refused of [control, ...this.#statusSockets]) refused?.close(POLICY_VIOLATION, CLAIM_REFUSED);
  }

  /** Another gateway has heard this of the call. */
  hearRelayed(message: JambonzMessage, payload: Buffer): void {
    this.#keepOrReport(message, payload);
    this.#observeStatus(message);
  }

  opened(): OpenedFrame {
    const { origin, past } = this;
    return {
      t: 'opened',
      call: this.callSid,
      epoch: this.epoch,
      since: this.since,
      application: this.application,
      ...(past !== undefined && { contender: past.contender }),
      ...(past === undefined &&
        origin !== undefined && {
          newcomer: { address: origin.address, user: origin.user, control: true, begins: true },
        }),
      ...(this.traceparent === undefined ? {} : { traceparent: this.traceparent }),
    };
  }

  memory(): CallMemory {
    const silent = this.verbs.silent();
    return {
      ...this.#decisions.memory(),
      runs: this.verbs.list(),
      ...(silent.length > 0 && { silent }),
      claimed: this.claimed,
      live: isLive(this.#phase),
      hooks: this.hooks.list(),
      questions: this.answers.list(),
    };
  }

  /** What jambonz says, on whichever websocket: it is published, answered, and may tell that the call has come further. */
  #hear(socket: CallSocket, message: JambonzMessage, payload: Buffer): void {
    if (this.#phase.name === 'relaying') {
      if (this.#phase.isRefused) return;
      this.#observer.relay(this, payload, this.#phase.via);
      if (message.msgid !== undefined && wantsAck(message)) socket.send(ackMessage(message.msgid, undefined), () => {});
      return;
    }
    this.#keepOrReport(message, payload);
    const phase = this.#phase;
    const isControl = socket === socketOf(phase);
    if (isControl && message.type !== 'session:new') this.#noteSign(message);
    if (!isTold(message.type)) this.#hearQuestion(socket, message, isControl);
    this.#observeStatus(message);
  }

  #hearQuestion(socket: CallSocket, message: JambonzMessage, isControl: boolean): void {
    const kind = questionKind(message, this.hooks.kindOf(message.hook));
    // A call has one application to ask for, and a websocket that was replaced has nobody who waits for an answer.
    const isSecond = kind === 'application' && !this.#beginSession();
    if (!isSecond && (isControl || this.#statusSockets.has(socket))) this.#ask(message, kind, socket);
  }

  /** jambonz asks for the initial application. @returns false when it has asked before */
  #beginSession(): boolean {
    if (this.#hasSession) return false;
    this.#hasSession = true;
    const phase = this.#phase;
    // One that jambonz has placed was only heard of until now.
    cancelLife(phase);
    if (phase.name === 'awaiting_session' || phase.name === 'live') {
      this.#phase = { name: 'awaiting_application', socket: phase.socket, life: undefined };
      this.#claim.await();
    }
    return true;
  }

  #ask(message: JambonzMessage, kind: QuestionKind, socket: CallSocket): void {
    const isMute = kind === 'reconnect' && this.#phase.name === 'awaiting_application' && !this.isMessage;
    this.answers.ask(message, kind, socket);
    if (isMute) this.#cureMuteness(socket);
  }

  /**
   * A call whose websocket drops before its `session:new` has its ack takes commands after the reconnect, and keeps
   * everything that it has to say for ever (`_initMsgId` in lib/utils/ws-requestor.js of 0.9.8). After one more reconnect it
   * speaks.
   */
  #cureMuteness(socket: CallSocket): void {
    // It has its application by now, so once is enough.
    this.#phase = { name: 'live', socket };
    socket.close(SERVICE_RESTART, 'reconnect once more to be heard');
  }

  #keepOrReport(message: JambonzMessage, payload: Buffer): void {
    const past = pastOf(this.#phase);
    if (past === undefined) {
      this.#events.report(message, payload, Date.now(), this.epoch);
    } else {
      past.kept.push({ message, payload, at: Date.now(), socket: this.epoch });
      this.#observer.keeping(payload.length);
      // Whatever websocket it came on, and what of our own was kept meanwhile.
      if (past.kept.length >= MOST_KEPT) socketOf(this.#phase)?.pause();
    }
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
      if (this.#phase.name === 'away' && this.isPastKnown) this.#end('ended');
    }
  }

  /** Another gateway keeps the call. Its websocket here only tells the status, or is not from its peer. */
  #leaveToKeeper({ kept, found, waysToKeeper: via }: PastSearch): void {
    const isRefused = found.some(({ elsewhere }) => elsewhere === 'refused');
    for (const { payload } of kept) {
      this.#observer.keeping(-payload.length);
      if (!isRefused) this.#observer.relay(this, payload, via);
    }
    this.#decisions.giveBackAll();
    this.#claim.cancel();
    const phase = this.#phase;
    const socket = socketOf(phase);
    if (phase.name === 'away') phase.grace?.cancel();
    this.#phase = { name: 'relaying', isRefused, via, wasLive: isLive(phase) };
    this.#observer.ended(this, 'moved');
    if (isRefused) this.#refuse(socket);
  }

  #pastIsKnown(past: PastSearch): void {
    if (past.waysToKeeper.length > 0) {
      this.#leaveToKeeper(past);
      return;
    }
    const phase = this.#phase;
    if (phase.name === 'awaiting_past') this.#phase = { name: 'live', socket: phase.socket };
    else if (phase.name === 'away') this.#phase = { ...phase, past: undefined };
    const whole = wholePast(past.found);
    this.#restore(whole);
    this.#events.goOnBehind(whole.sequence);
    // A call that is resumed has had a websocket before, whether somebody knows how many or not.
    const before = Math.max(whole.epoch, 1);
    this.epoch += before;
    for (const { message, payload, at, socket } of past.kept) {
      this.#observer.keeping(-payload.length);
      this.#events.report(message, payload, at, socket + before);
    }
    if (!this.claimed) this.#claim.await();
    this.#decisions.judgeHeld();
    this.#decisions.release();
    const socket = socketOf(this.#phase);
    if (past.endsAs !== undefined) this.#end(past.endsAs);
    else {
      if (past.kept.length >= MOST_KEPT && !this.#isPaused) socket?.resume();
      if (socket !== undefined && wasInSetUp(past, whole)) this.#cureMuteness(socket);
    }
  }

  #restore({ since, memory }: WholePast): void {
    if (since !== undefined) {
      this.since = this.#isSinceKnown ? Math.min(this.since, since) : since;
      this.#isSinceKnown = true;
    }
    this.claimed ||= memory.claimed;
    this.#hasSession ||= memory.live;
    this.hooks.note(memory.hooks);
    this.answers.restore(memory.questions as [string, QuestionKind][]);
    this.#decisions.restore(memory);
    this.verbs.restore(memory.runs, memory.silent);
  }

  #awaitLife(): void {
    const phase = this.#phase;
    // jambonz keeps the websocket of a message open, and waits for commands that nobody can send.
    if (this.isMessage) this.#settings.messageDeadlines.add(() => socketOf(this.#phase)?.close(NORMAL_CLOSURE, 'done'));
    if (phase.name === 'awaiting_application') phase.life ??= this.#settings.lifeDeadlines.add(() => this.#goLive());
  }

  /** A message that may show that jambonz has an application for the call. */
  #noteSign({ type, data }: JambonzMessage): void {
    const phase = this.#phase;
    const isAboutCall = type === 'call:status' || type.startsWith('session:');
    if (type === 'session:reconnect' && phase.name !== 'awaiting_session') return;
    if (phase.name !== 'awaiting_session' || !isAboutCall) this.#goLive();
    else if (this.#answered || data['call_status'] === 'in-progress') {
      phase.life ??= this.#settings.lifeDeadlines.add(() => this.#goLive());
    }
  }

  #goLive(): void {
    const phase = this.#phase;
    if (phase.name !== 'awaiting_application' && phase.name !== 'awaiting_session') return;
    phase.life?.cancel();
    this.#phase = { name: 'live', socket: phase.socket };
    // Its application is not of our making, so nobody has turned `verb:status` on.
    if (this.#isAdult && this.#settings.notifyEvents) this.#sendOwn(notifyEventsMessage());
    this.#decisions.release();
  }

  /** Nobody has sent the call anything for too long. */
  #beUnclaimed(): void {
    if (this.ended || this.claimed) return;
    const since = new Date(this.since).toISOString();
    this.#keepOrReport(...ownMessage(this.callSid, 'jambus:unclaimed', { since }));
    this.#observer.unclaimed(this);
    // While it is away there is nothing to hang up; if it comes back, it gets the same time again.
    if (this.isAway) this.#claim.await();
    else this.#sendOwn(hangUpMessage(this.#answered));
  }

  #lose(): void {
    this.endedAt = Date.now();
    const since = new Date(this.endedAt).toISOString();
    this.#keepOrReport(...ownMessage(this.callSid, 'jambus:lost', { since }));
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
      this.#phase = { name: 'away', was: 'live', past, grace: undefined };
      return;
    }
    if (reason === 'moved') {
      this.#decisions.socketLost();
      this.#decisions.giveBackAll();
    }
    past?.finish();
    // It had ended before, and its past was all that it waited for.
    if (this.#phase.name === 'ended') return;
    cancelLife(phase);
    if (phase.name === 'away') phase.grace?.cancel();
    this.#claim.cancel();
    const socket = socketOf(phase);
    if (socket !== undefined) this.answers.abandon(socket);
    for (const status of this.#statusSockets) this.answers.abandon(status);
    if (reason !== 'moved') {
      this.endedAt ??= Date.now();
      this.#decisions.release();
    }
    this.#phase = { name: 'ended', wasLive: isLive(phase) };
    this.#observer.ended(this, reason);
  }

  /** Writes a message of our own. When the socket is gone there is nobody to answer any more. */
  #sendOwn(message: Buffer): void {
    const socket = socketOf(this.#phase);
    if (socket?.isOpen === true) socket.send(message, () => {});
  }
}

/** The former gateway was left before jambonz had the initial application, as far as anybody knows. */
function wasInSetUp({ kept }: PastSearch, { memory }: WholePast): boolean {
  return kept[0]?.message.type === 'session:reconnect' && !memory.live;
}
