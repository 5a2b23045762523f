import type { CallOutcome } from './call-outcome.ts';
import { CallSession } from './call-session.ts';
import { CallState } from './call-state.ts';
import { CallWire, type WireListener } from './call-wire.ts';
import { Clock } from './clock.ts';
import type { Command } from './commands/command.ts';
import { commitFault } from './faults/commit-fault.ts';
import { FaultPlayer } from './faults/fault-player.ts';
import type { CallSettings } from './options.ts';
import { type Answer, Requests, type RequestsPort } from './requests.ts';
import type { FaultKind } from './script/script.ts';
import type { Tally } from './tally.ts';
import { parseApplication } from './verbs/application.ts';
import { type CallFacts, makeCallFacts, sessionData } from './wire/call-facts.ts';
import { composeMessage } from './wire/compose-message.ts';
import { shortId } from './wire/ids.ts';
import type { Inbound } from './wire/inbound.ts';
import { Journal } from './wire/journal.ts';
import type { JsonObject } from './wire/json.ts';
import type { LoggedMessage, MessageMatch } from './wire/message-log.ts';

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
  /** Resolves when the call is over and its socket closed. Never rejects. */
  readonly ended: Promise<CallOutcome>;
  readonly #settings: CallSettings;
  readonly #facts: CallFacts;
  readonly #clock: Clock;
  readonly #ignored: Journal<string>;
  readonly #wire: CallWire;
  readonly #requests: Requests;
  readonly #faults: FaultPlayer;
  readonly #startedAt = performance.now();
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
    this.#facts = makeCallFacts(settings);
    this.callSid = this.#facts.callSid;
    this.state = new CallState(settings.logLimit);
    this.#clock = new Clock(settings.speed);
    this.#ignored = new Journal(settings.logLimit);
    this.#faults = new FaultPlayer(settings.script.faults, (fault) => this.misbehave(fault));
    this.#wire = new CallWire(this.#facts, settings, counters, this.#wireListener());
    this.#requests = new Requests(this.#requestsPort(), settings.ackTimeoutMs, counters);
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#wire.connection.connect();
  }

  /** What the server sent, oldest first, as far back as `logLimit` reaches. */
  get received(): readonly LoggedMessage[] {
    return this.#wire.log.received;
  }

  /** What this call said, oldest first, as far back as `logLimit` reaches. */
  get sent(): readonly LoggedMessage[] {
    return this.#wire.log.sent;
  }

  /** Why commands and acks had no effect, oldest first. jambonz only logs these. */
  get ignored(): readonly string[] {
    return this.#ignored.items;
  }

  /** How many times the call has connected again; a reconnect that was refused with an HTTP status counts too. */
  get reconnects(): number {
    return this.#wire.connection.reconnects;
  }

  get connected(): boolean {
    return this.#wire.connection.connected;
  }

  /** The caller hangs up. While the initial application is still asked for: as soon as it came. */
  hangup(): void {
    this.#hangupWanted = true;
    if (this.#session) this.#session.hangUpByCaller();
    else if (!this.connected)
      void this.#end('failed', 'the caller hung up before the call was set up', CANCELED, GOING_AWAY);
  }

  /** Ends the call without another word, whatever it waits for. */
  abort(): Promise<CallOutcome> {
    this.#requests.close();
    this.#session?.hangUp();
    void this.#end('lost', 'aborted', CANCELED, GOING_AWAY);
    return this.ended;
  }

  /**
   * The first message, past or future, sent or received, that matches.
   * @param match a predicate, or a message's `type` or `command`.
   * @throws Error after `timeoutMs`, saying what was waited for.
   */
  waitFor(match: MessageMatch, timeoutMs = DEFAULT_WAIT_MS): Promise<LoggedMessage> {
    const found = this.#wire.log.find(match);
    return found ? Promise.resolve(found) : this.next(match, timeoutMs);
  }

  /** The same, from now on only. */
  next(match: MessageMatch, timeoutMs = DEFAULT_WAIT_MS): Promise<LoggedMessage> {
    return this.#wire.log.next(match, timeoutMs);
  }

  /** Says something as jambonz would, queueing it while disconnected. Resolves with the ack, at once if the type wants none. */
  send(type: string, { hook, data = {} }: MessageFields = {}): Promise<Answer> {
    return this.#requests.say({ type, hook, data });
  }

  /** Puts bytes on the socket as they are; text as a text frame, a Buffer as a binary one. False when no socket is open. */
  sendRaw(data: string | Buffer): boolean {
    return this.#wire.sendRaw(data);
  }

  /** Cuts the TCP connection, or closes the socket with a code; the call then goes on as after any drop. */
  drop(code?: number): void {
    this.#wire.connection.drop(code);
  }

  /** Does something wrong, now. */
  misbehave(fault: FaultKind): void {
    commitFault(fault, this.#wire.connection, {
      write: (data) => this.sendRaw(data),
      compose: (type, data) => composeMessage(this.#facts, shortId(), { type, data }),
      sessionData: () => sessionData(this.#facts),
    });
  }

  #wireListener(): WireListener {
    return {
      opened: (first) => this.#opened(first),
      received: (inbound) => this.#received(inbound),
      dropped: () => {
        this.counters.drops += 1;
        this.#requests.dropped();
      },
      givenUp: () => {
        this.#givenUp = true;
        this.#requests.silence();
      },
      refused: () => this.#requests.refused(),
      failed: (reason) => void this.#end('failed', reason, REJECTED, GOING_AWAY),
      crashed: (error) => {
        this.#crashed = true;
        this.counters.crashes += 1;
        this.#ignore(`would have crashed jambonz: ${error.message}`);
      },
    };
  }

  #requestsPort(): RequestsPort {
    return {
      transmit: (msgid, outgoing) => this.#wire.transmit(msgid, outgoing),
      wake: () => this.#wire.connection.wake(),
      reconnectLost: (fault, connected) => this.#reconnectLost(fault, connected),
      ignored: (reason) => this.#ignore(reason),
    };
  }

  #opened(first: boolean): void {
    if (first) {
      this.#faults.start(this.#clock);
      void this.#run();
      return;
    }
    this.counters.reconnects += 1;
    this.#requests.resume({ type: 'session:reconnect', data: sessionData(this.#facts) });
  }

  async #run(): Promise<void> {
    const answer = await this.#requests.begin({ type: 'session:new', data: sessionData(this.#facts) });
    const application = answer.ok ? parseApplication(answer.data) : answer;
    if (!application.ok) return this.#end('rejected', application.fault, REJECTED, GOING_AWAY);
    if (application.verbs.length === 0) return this.#end('rejected', 'no application provided', REJECTED, GOING_AWAY);
    this.#setupMs = performance.now() - this.#startedAt;
    this.counters.callsSetUp += 1;
    const session = this.#newSession();
    this.#session = session;
    if (this.#hangupWanted) session.hangUpByCaller();
    const { sipStatus, detail } = await session.run(application.verbs);
    const saidAll = await this.#requests.drained();
    if (!saidAll) this.#lost ??= `${detail}, but the socket did not come back to say so`;
    return this.#end(this.#lost === undefined ? 'completed' : 'lost', this.#lost ?? detail, sipStatus, NORMAL_CLOSURE);
  }

  #newSession(): CallSession {
    return new CallSession({
      facts: this.#facts,
      settings: this.#settings,
      state: this.state,
      clock: this.#clock,
      counters: this.counters,
      isGivenUp: () => this.#givenUp,
      say: (outgoing) => this.#requests.say(outgoing),
      ignored: (reason) => this.#ignore(reason),
    });
  }

  #reconnectLost(fault: string, connected: boolean): void {
    // Without a session its initial application was lost; that rejects the call, which is taken care of where it was asked.
    if (!this.#session) return;
    this.#lost = fault;
    if (!connected) this.#requests.silence();
    this.#session.hangUp();
  }

  async #end(reason: CallOutcome['reason'], detail: string, sipStatus: number, closeCode: number): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#faults.stop();
    this.#requests.close();
    await this.#wire.connection.close(closeCode);
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

  #received(inbound: Inbound): void {
    if (this.#over) return;
    this.#faults.onMessage();
    if (inbound.kind === 'ack') this.#requests.ack(inbound.msgid, inbound.data);
    else if (inbound.kind === 'command') this.#command(inbound.command);
    else void this.#requests.say({ type: 'jambonz:error', data: inbound.error });
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
