import { CallLife } from './call-life.ts';
import type { CallOutcome } from './call-outcome.ts';
import type { CallState } from './call-state.ts';
import { commandOfUpdate } from './commands/rest-update.ts';
import type { CallSettings } from './options.ts';
import type { FaultKind } from './script/script.ts';
import type { Answer } from './sockets/requests.ts';
import type { Tally } from './tally.ts';
import { parseApplication } from './verbs/application.ts';
import type { ChildLeg } from './verbs/host.ts';
import type { JsonObject } from './wire/json.ts';
import type { LoggedMessage, MessageMatch } from './wire/message-log.ts';

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
  /** Counters; of this call alone, unless it is part of a load. */
  readonly counters: Tally;
  readonly #life: CallLife;

  constructor(settings: CallSettings, counters: Tally) {
    this.counters = counters;
    // What goes wrong, and whoever looks at commands, is meant for this call and not for those it brings about.
    const inherited = { ...settings, onCommand: undefined, script: { ...settings.script, faults: [] } };
    this.#life = new CallLife(settings, counters, (more) => new SimulatedCall({ ...inherited, ...more }, counters));
  }

  get callSid(): string {
    return this.#life.facts.callSid;
  }

  get state(): CallState {
    return this.#life.state;
  }

  /** Resolves when the call is over and its sockets closed. Never rejects. */
  get ended(): Promise<CallOutcome> {
    return this.#life.ended;
  }

  /** What the server sent, oldest first, as far back as `logLimit` reaches. */
  get received(): readonly LoggedMessage[] {
    return this.#life.log.received;
  }

  /** What this call said, oldest first, as far back as `logLimit` reaches. */
  get sent(): readonly LoggedMessage[] {
    return this.#life.log.sent;
  }

  /** Why commands and acks had no effect, oldest first. jambonz only logs these. */
  get ignored(): readonly string[] {
    return this.#life.ignored.items;
  }

  /** How many times the call has connected again; a reconnect that was refused with an HTTP status counts too. */
  get reconnects(): number {
    return this.#life.sockets.reconnects;
  }

  /** Whether the socket for commands is open. */
  get connected(): boolean {
    return this.#life.sockets.control.connection.connected;
  }

  /** How many sockets the call has had; a reconnect is none. */
  get sockets(): number {
    return this.#life.sockets.count;
  }

  /** The call cannot say anything, since the ack to `session:reconnect` had to stand in for the one to `session:new`. */
  get mute(): boolean {
    return this.#life.sockets.control.mute;
  }

  /** Resolves when the call has its application; with false when it ended without one. */
  get settledDown(): Promise<boolean> {
    return this.#life.settled;
  }

  /** Legs of this call that have become calls of their own, and calls that its command `dial` has placed, oldest first. */
  get offspring(): readonly SimulatedCall[] {
    return this.#life.family.members;
  }

  /** The leg that the call's `dial` has connected. */
  get child(): ChildLeg | undefined {
    return this.#life.session?.child;
  }

  /** The call has joined a conference, not only waits for one. */
  get inConference(): boolean {
    return this.#life.session?.inConference ?? false;
  }

  /** Somebody changes the call by REST (updateCall), which does what the command of that kind does. */
  update(body: JsonObject): void {
    const command = commandOfUpdate(body, this.callSid);
    if (command && this.#life.session) this.#life.session.receive(command);
    else this.#life.ignore('updateCall: there is nothing to do, or no session to do it to');
  }

  /** The dialled leg becomes a call of its own, as if the server had answered its `child_call_hook` with these verbs. */
  async adultChild(verbs: unknown): Promise<void> {
    const leg = this.child;
    const application = parseApplication(verbs);
    if (!leg || !this.#life.session || !application.ok)
      return this.#life.ignore('there is no leg that could become a call');
    if (await this.#life.session.host.adult(leg, application.verbs)) this.#life.session.engine.skip();
  }

  /** The caller, or whoever was called, hangs up. While the initial application is still asked for: as soon as it came. */
  hangup(): void {
    this.#life.hangup();
  }

  /** Ends the call, and those it has brought about, without another word, whatever it waits for. */
  abort(): Promise<CallOutcome> {
    return this.#life.abort();
  }

  /**
   * The first message, past or future, sent or received, that matches.
   * @param match a predicate, or a message's `type` or `command`.
   * @throws Error after `timeoutMs`, saying what was waited for.
   */
  waitFor(match: MessageMatch, timeoutMs = DEFAULT_WAIT_MS): Promise<LoggedMessage> {
    const found = this.#life.log.find(match);
    return found ? Promise.resolve(found) : this.next(match, timeoutMs);
  }

  /** The same, from now on only. */
  next(match: MessageMatch, timeoutMs = DEFAULT_WAIT_MS): Promise<LoggedMessage> {
    return this.#life.log.next(match, timeoutMs);
  }

  /** Says something as jambonz would, queueing it while disconnected. Resolves with the ack, at once if the type wants none. */
  send(type: string, { hook, data = {} }: MessageFields = {}): Promise<Answer> {
    return this.#life.sockets.say({ type, hook, data });
  }

  /** Puts bytes on the socket for commands as they are; text as a text frame, a Buffer as a binary one. False when it is not open. */
  sendRaw(data: string | Buffer): boolean {
    return this.#life.sockets.control.sendRaw(data);
  }

  /** Cuts the TCP connection, or closes the socket with a code; the call then goes on as after any drop. */
  drop(code?: number): void {
    this.#life.sockets.control.connection.drop(code);
  }

  /** The same for one of several sockets, counted from 1. */
  dropSocket(number: number, code?: number): void {
    this.#life.sockets.drop(number, code);
  }

  /** Does something wrong, now. */
  misbehave(fault: FaultKind): void {
    this.#life.misbehave(fault);
  }
}
