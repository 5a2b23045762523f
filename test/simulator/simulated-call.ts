import { runCall } from './beginnings.ts';
import { CallFamily } from './call-family.ts';
import type { CallOutcome } from './call-outcome.ts';
import { CallSession } from './call-session.ts';
import { CallSockets, type SocketsListener } from './call-sockets.ts';
import { CallState } from './call-state.ts';
import { Clock } from './clock.ts';
import type { Command } from './commands/command.ts';
import { commitFault } from './faults/commit-fault.ts';
import { FaultPlayer } from './faults/fault-player.ts';
import type { CallSettings } from './options.ts';
import type { Answer, Outgoing } from './requests.ts';
import { commandOfUpdate } from './rest-update.ts';
import type { FaultKind } from './script/script.ts';
import type { Tally } from './tally.ts';
import { parseApplication } from './verbs/application.ts';
import type { ChildLeg } from './verbs/host.ts';
import { type CallFacts, makeCallFacts } from './wire/call-facts.ts';
import { Journal } from './wire/journal.ts';
import type { JsonObject } from './wire/json.ts';
import { type LoggedMessage, MessageLog, type MessageMatch } from './wire/message-log.ts';
import { sessionData } from './wire/session-data.ts';

const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;
const REJECTED = 480;
const CANCELED = 487;
const DEFAULT_WAIT_MS = 5000;

/** A part of a message to send by hand. */
export interface MessageFields {
  readonly hook?: string;
  readonly data?: JsonObject;
}

/**
 * One call as jambonz feature-server 0.9.8 handles it: dials the application's websocket, says what jambonz says, executes
 * the verbs and commands that come back, and takes the same harm from the server's mistakes.
 */
export class SimulatedCall {
  readonly callSid: string;
  readonly state: CallState;
  /** Counters; of this call alone, unless it is part of a load. */
  readonly counters: Tally;
  /** Resolves when the call is over and its sockets closed. Never rejects. */
  readonly ended: Promise<CallOutcome>;
  readonly #settings: CallSettings;
  readonly #facts: CallFacts;
  readonly #clock: Clock;
  readonly #ignored: Journal<string>;
  readonly #log: MessageLog;
  readonly #sockets: CallSockets;
  readonly #faults: FaultPlayer;
  readonly #family: CallFamily;
  readonly #startedAt = performance.now();
  readonly #leaving: Promise<void>;
  readonly #hasSettled: Promise<boolean>;
  #settle: (well: boolean) => void = () => undefined;
  #leave: () => void = () => undefined;
  #resolveEnded: (outcome: CallOutcome) => void = () => undefined;
  #session: CallSession | undefined;
  #setupMs: number | undefined;
  #hangupWanted = false;
  #givenUp = false;
  #lost: string | undefined;
  #crashed = false;
  #over = false;

  constructor(settings: CallSettings, counters: Tally) {
    this.#settings = settings;
    this.counters = counters;
    this.#facts = makeCallFacts({ ...settings, ...originOf(settings) });
    this.callSid = this.#facts.callSid;
    this.state = new CallState(settings.logLimit);
    this.#clock = new Clock(settings.speed);
    this.#ignored = new Journal(settings.logLimit);
    this.#log = new MessageLog(settings.logLimit, settings.onMessage);
    this.#faults = new FaultPlayer(settings.script.faults, (fault) => this.misbehave(fault));
    this.#family = new CallFamily((more) => new SimulatedCall({ ...settings, ...more }, counters));
    this.#leaving = new Promise((resolve) => {
      this.#leave = resolve;
    });
    this.#hasSettled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#sockets = new CallSockets(
      settings.address,
      {
        facts: this.#facts,
        settings,
        tally: counters,
        log: this.#log,
        ignored: (reason) => this.#ignore(reason),
      },
      this.#socketsListener(),
    );
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    void this.#run();
  }

  /** What the server sent, oldest first, as far back as `logLimit` reaches. */
  get received(): readonly LoggedMessage[] {
    return this.#log.received;
  }

  /** What this call said, oldest first, as far back as `logLimit` reaches. */
  get sent(): readonly LoggedMessage[] {
    return this.#log.sent;
  }

  /** Why commands and acks had no effect, oldest first. jambonz only logs these. */
  get ignored(): readonly string[] {
    return this.#ignored.items;
  }

  /** How many times the call has connected again; a reconnect that was refused with an HTTP status counts too. */
  get reconnects(): number {
    return this.#sockets.reconnects;
  }

  /** Whether the socket for commands is open. */
  get connected(): boolean {
    return this.#sockets.control.connection.connected;
  }

  /** How many sockets the call has had; a reconnect is none. */
  get sockets(): number {
    return this.#sockets.count;
  }

  /** The call cannot say anything, since the ack to `session:reconnect` had to stand in for the one to `session:new`. */
  get mute(): boolean {
    return this.#sockets.control.mute;
  }

  /** Resolves when the call has its application; with false when it ended without one. */
  get settledDown(): Promise<boolean> {
    return this.#hasSettled;
  }

  /** Legs of this call that have become calls of their own, and calls that its command `dial` has placed, oldest first. */
  get offspring(): readonly SimulatedCall[] {
    return this.#family.members;
  }

  /** The leg that the call's `dial` has connected. */
  get child(): ChildLeg | undefined {
    return this.#session?.child;
  }

  /** The call has joined a conference, not only waits for one. */
  get inConference(): boolean {
    return this.#session?.inConference ?? false;
  }

  /** Somebody changes the call by REST (updateCall), which does what the command of that kind does. */
  update(body: JsonObject): void {
    const command = commandOfUpdate(body, this.callSid);
    if (command && this.#session) this.#session.receive(command);
    else this.#ignore('updateCall: there is nothing to do, or no session to do it to');
  }

  /** The dialled leg becomes a call of its own, as if the server had answered its `child_call_hook` with these verbs. */
  async adultChild(verbs: unknown): Promise<void> {
    const leg = this.child;
    const application = parseApplication(verbs);
    if (!leg || !this.#session || !application.ok) return this.#ignore('there is no leg that could become a call');
    if (await this.#session.host.adult(leg, application.verbs)) this.#session.engine.skip();
  }

  /** The caller, or whoever was called, hangs up. While the initial application is still asked for: as soon as it came. */
  hangup(): void {
    this.#hangupWanted = true;
    this.#leave();
    if (this.#session) this.#session.hangUpByCaller();
    else if (!this.connected)
      void this.#end('failed', 'the caller hung up before the call was set up', CANCELED, GOING_AWAY);
  }

  /** Ends the call, and those it has brought about, without another word, whatever it waits for. */
  abort(): Promise<CallOutcome> {
    this.#sockets.giveUp();
    this.#session?.hangUp('aborted');
    this.#leave();
    void this.#family.abort();
    void this.#end('lost', 'aborted', CANCELED, GOING_AWAY);
    return this.ended;
  }

  /**
   * The first message, past or future, sent or received, that matches.
   * @param match a predicate, or a message's `type` or `command`.
   * @throws Error after `timeoutMs`, saying what was waited for.
   */
  waitFor(match: MessageMatch, timeoutMs = DEFAULT_WAIT_MS): Promise<LoggedMessage> {
    const found = this.#log.find(match);
    return found ? Promise.resolve(found) : this.next(match, timeoutMs);
  }

  /** The same, from now on only. */
  next(match: MessageMatch, timeoutMs = DEFAULT_WAIT_MS): Promise<LoggedMessage> {
    return this.#log.next(match, timeoutMs);
  }

  /** Says something as jambonz would, queueing it while disconnected. Resolves with the ack, at once if the type wants none. */
  send(type: string, { hook, data = {} }: MessageFields = {}): Promise<Answer> {
    return this.#sockets.say({ type, hook, data });
  }

  /** Puts bytes on the socket for commands as they are; text as a text frame, a Buffer as a binary one. False when it is not open. */
  sendRaw(data: string | Buffer): boolean {
    return this.#sockets.control.sendRaw(data);
  }

  /** Cuts the TCP connection, or closes the socket with a code; the call then goes on as after any drop. */
  drop(code?: number): void {
    this.#sockets.control.connection.drop(code);
  }

  /** The same for one of several sockets, counted from 1. */
  dropSocket(number: number, code?: number): void {
    this.#sockets.drop(number, code);
  }

  /** Does something wrong, now. */
  misbehave(fault: FaultKind): void {
    const { control } = this.#sockets;
    commitFault(fault, control.connection, {
      write: (data) => control.sendRaw(data),
      compose: (type, data) => control.compose(type, data),
      sessionData: () => sessionData(this.#facts),
    });
  }

  #socketsListener(): SocketsListener {
    return {
      opened: () => this.#faults.start(this.#clock),
      arrived: () => this.#faults.onMessage(),
      received: (inbound) => {
        if (inbound.kind === 'command' && !this.#over) this.#command(inbound.command);
      },
      givenUp: () => {
        this.#givenUp = true;
        if (this.#settings.kind.kind === 'sms') this.#leave();
      },
      failed: (reason, first) => this.#failed(reason, first),
      reconnectLost: (fault, connected) => this.#reconnectLost(fault, connected),
      crashed: (error) => {
        this.#crashed = true;
        this.counters.crashes += 1;
        this.#ignore(`would have crashed jambonz: ${error.message}`);
      },
    };
  }

  async #run(): Promise<void> {
    const end = await runCall(this.#settings.kind, {
      facts: this.#facts,
      leaving: this.#leaving,
      say: (outgoing) => this.#say(outgoing),
      session: () => this.#beginSession(),
      setUp: () => this.#setUp(),
      ignored: (reason) => this.#ignore(reason),
    });
    if (end.kind === 'refusal') return this.#end(end.reason, end.detail, REJECTED, GOING_AWAY);
    const { sipStatus, detail } = end;
    const { mute } = this;
    const saidAll = await this.#sockets.drained();
    if (!saidAll) {
      this.#lost ??= mute
        ? `${detail}, but the call was mute: it waited for another reconnect to say anything`
        : `${detail}, but the socket did not come back to say so`;
    }
    return this.#end(this.#lost === undefined ? 'completed' : 'lost', this.#lost ?? detail, sipStatus, NORMAL_CLOSURE);
  }

  #beginSession(): CallSession {
    const session = new CallSession({
      facts: this.#facts,
      settings: this.#settings,
      state: this.state,
      clock: this.#clock,
      counters: this.counters,
      isGivenUp: () => this.#givenUp,
      say: (outgoing) => this.#say(outgoing),
      handOver: (address) => this.#sockets.handOver(address),
      moveStatuses: (address) => this.#sockets.moveStatuses(address),
      setUp: () => this.#setUp(),
      adult: (leg, verbs, parent) => this.#family.adult(leg, verbs, parent, this.#facts),
      dial: (body) => this.#family.dial(body),
      ignored: (reason) => this.#ignore(reason),
    });
    this.#session = session;
    if (this.#hangupWanted) session.hangUpByCaller();
    return session;
  }

  async #say(outgoing: Outgoing): Promise<Answer> {
    const answer = await this.#sockets.say(outgoing);
    const { application } = this.#settings;
    return outgoing.type === 'session:new' && application && answer.ok ? { ok: true, data: application } : answer;
  }

  #setUp(): void {
    this.#settle(true);
    this.#setupMs = performance.now() - this.#startedAt;
    this.counters.callsSetUp += 1;
  }

  #failed(reason: string, first: boolean): void {
    const { kind } = this.#settings.kind;
    if (first && (kind === 'inbound' || kind === 'sms' || kind === 'adulting')) {
      void this.#end('failed', reason, REJECTED, GOING_AWAY);
    } else this.#ignore(`what was to be said is lost: ${reason}`);
  }

  #reconnectLost(fault: string, connected: boolean): void {
    // Without a session its initial application was lost; that rejects the call, which is taken care of where it was asked.
    if (!this.#session) return;
    this.#lost = fault;
    if (!connected) this.#sockets.silence();
    this.#session.hangUp('jambonz hung up');
  }

  async #end(reason: CallOutcome['reason'], detail: string, sipStatus: number, closeCode: number): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#faults.stop();
    this.#settle(false);
    await this.#sockets.close(closeCode);
    this.#resolveEnded({
      reason,
      detail,
      sipStatus,
      durationMs: performance.now() - this.#startedAt,
      setupMs: this.#setupMs,
      reconnects: this.reconnects,
      crashed: this.#crashed,
    });
  }

  #command(command: Command): void {
    this.counters.commandsReceived += 1;
    this.#settings.onCommand?.(command);
    // jambonz begins to listen for commands when it has made a session of the initial application. A command that comes
    // earlier, be it in the same TCP segment as the ack, is lost.
    if (this.#session) this.#session.receive(command);
    else this.#ignore(`${command.command}: it came before the session existed, which begins with call:status trying`);
  }

  #ignore(reason: string): void {
    this.counters.ignored += 1;
    this.#ignored.push(reason);
  }
}

function originOf({ kind }: CallSettings): Pick<CallFacts, 'direction'> {
  return { direction: kind.kind === 'outbound' || kind.kind === 'adulting' ? 'outbound' : 'inbound' };
}
