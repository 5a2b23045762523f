import { CallFamily } from './call-family.ts';
import type { CallOutcome } from './call-outcome.ts';
import { CallState } from './call-state.ts';
import { Clock } from './clock.ts';
import type { Command } from './commands/command.ts';
import { commitFault } from './faults/commit-fault.ts';
import { FaultPlayer } from './faults/fault-player.ts';
import { runCall } from './kinds/beginnings.ts';
import type { CallSettings } from './options.ts';
import type { FaultKind } from './script/script.ts';
import { CallSession } from './session/call-session.ts';
import type { SimulatedCall } from './simulated-call.ts';
import { CallSockets, type SocketsListener } from './sockets/call-sockets.ts';
import type { Answer, Outgoing } from './sockets/requests.ts';
import type { Tally } from './tally.ts';
import { type CallFacts, makeCallFacts } from './wire/call-facts.ts';
import { Journal } from './wire/journal.ts';
import { MessageLog } from './wire/message-log.ts';
import { sessionData } from './wire/session-data.ts';

const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;
const REJECTED = 480;
const CANCELED = 487;

/** The life of a call: its sockets, the session that it becomes, and how it ends. What tests see of it is `SimulatedCall`. */
export class CallLife {
  readonly facts: CallFacts;
  readonly state: CallState;
  readonly log: MessageLog;
  readonly ignored: Journal<string>;
  readonly sockets: CallSockets;
  readonly family: CallFamily;
  /** Resolves when the call is over and its sockets closed. Never rejects. */
  readonly ended: Promise<CallOutcome>;
  /** Resolves when the call has its application; with false when it ended without one. */
  readonly settled: Promise<boolean>;
  readonly #settings: CallSettings;
  readonly #counters: Tally;
  readonly #clock: Clock;
  readonly #faults: FaultPlayer;
  readonly #startedAt = performance.now();
  readonly #leaving: Promise<void>;
  #leave: () => void = () => undefined;
  #settle: (well: boolean) => void = () => undefined;
  #resolveEnded: (outcome: CallOutcome) => void = () => undefined;
  #session: CallSession | undefined;
  #setupMs: number | undefined;
  #hangupWanted = false;
  #givenUp = false;
  #lost: string | undefined;
  #crashed = false;
  #over = false;

  /** @param place makes another call, with the settings of this one but for those it is given. */
  constructor(settings: CallSettings, counters: Tally, place: (more: Partial<CallSettings>) => SimulatedCall) {
    this.#settings = settings;
    this.#counters = counters;
    this.facts = makeCallFacts({ ...settings, direction: directionOf(settings) });
    this.state = new CallState(settings.logLimit);
    this.log = new MessageLog(settings.logLimit, settings.onMessage);
    this.ignored = new Journal(settings.logLimit);
    this.family = new CallFamily(place);
    this.#clock = new Clock(settings.speed);
    this.#faults = new FaultPlayer(settings.script.faults, (fault) => this.misbehave(fault));
    this.#leaving = new Promise((resolve) => {
      this.#leave = resolve;
    });
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.sockets = new CallSockets(
      settings.address,
      { facts: this.facts, settings, tally: counters, log: this.log, ignored: (reason) => this.ignore(reason) },
      this.#socketsListener(),
    );
    void this.#run();
  }

  get session(): CallSession | undefined {
    return this.#session;
  }

  hangup(): void {
    this.#hangupWanted = true;
    this.#leave();
    if (this.#session) this.#session.hangUpByCaller();
    else if (!this.sockets.control.connection.connected)
      void this.#end('failed', 'the caller hung up before the call was set up', CANCELED, GOING_AWAY);
  }

  abort(): Promise<CallOutcome> {
    this.sockets.giveUp();
    this.#session?.hangUp('aborted');
    this.#leave();
    void this.family.abort();
    void this.#end('lost', 'aborted', CANCELED, GOING_AWAY);
    return this.ended;
  }

  misbehave(fault: FaultKind): void {
    const { control } = this.sockets;
    commitFault(fault, control.connection, {
      write: (data) => control.sendRaw(data),
      compose: (type, data) => control.compose(type, data),
      sessionData: () => sessionData(this.facts),
    });
  }

  /** Notes something that has no effect. */
  ignore(reason: string): void {
    this.#counters.ignored += 1;
    this.ignored.push(reason);
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
        this.#counters.crashes += 1;
        this.ignore(`would have crashed jambonz: ${error.message}`);
      },
    };
  }

  async #run(): Promise<void> {
    const end = await runCall(this.#settings.kind, {
      facts: this.facts,
      leaving: this.#leaving,
      say: (outgoing) => this.#say(outgoing),
      session: () => this.#beginSession(),
      setUp: () => this.#setUp(),
      ignored: (reason) => this.ignore(reason),
    });
    if (end.kind === 'refusal') return this.#end(end.reason, end.detail, REJECTED, GOING_AWAY);
    const { sipStatus, detail } = end;
    const { mute } = this.sockets.control;
    const saidAll = await this.sockets.drained();
    if (!saidAll) {
      this.#lost ??= mute
        ? `${detail}, but the call was mute: it waited for another reconnect to say anything`
        : `${detail}, but the socket did not come back to say so`;
    }
    return this.#end(this.#lost === undefined ? 'completed' : 'lost', this.#lost ?? detail, sipStatus, NORMAL_CLOSURE);
  }

  #beginSession(): CallSession {
    const session = new CallSession({
      facts: this.facts,
      settings: this.#settings,
      state: this.state,
      clock: this.#clock,
      counters: this.#counters,
      isGivenUp: () => this.#givenUp,
      say: (outgoing) => this.#say(outgoing),
      handOver: (address) => this.sockets.handOver(address),
      moveStatuses: (address) => this.sockets.moveStatuses(address),
      setUp: () => this.#setUp(),
      adult: (leg, verbs, parent) => this.family.adult(leg, verbs, parent, this.facts),
      dial: (body) => this.family.dial(body),
      ignored: (reason) => this.ignore(reason),
    });
    this.#session = session;
    if (this.#hangupWanted) session.hangUpByCaller();
    return session;
  }

  #say(outgoing: Outgoing): Promise<Answer> {
    const answer = this.sockets.say(outgoing);
    const { application } = this.#settings;
    if (outgoing.type !== 'session:new' || !application) return answer;
    return answer.then((given) => (given.ok ? { ok: true, data: application } : given));
  }

  #setUp(): void {
    this.#settle(true);
    this.#setupMs = performance.now() - this.#startedAt;
    this.#counters.callsSetUp += 1;
  }

  #failed(reason: string, first: boolean): void {
    const { kind } = this.#settings.kind;
    if (first && (kind === 'inbound' || kind === 'sms' || kind === 'adulting')) {
      void this.#end('failed', reason, REJECTED, GOING_AWAY);
    } else this.ignore(`what was to be said is lost: ${reason}`);
  }

  #reconnectLost(fault: string, connected: boolean): void {
    // Without a session its initial application was lost; that rejects the call, which is taken care of where it was asked.
    if (!this.#session) return;
    this.#lost = fault;
    if (!connected) this.sockets.silence();
    this.#session.hangUp('jambonz hung up');
  }

  async #end(reason: CallOutcome['reason'], detail: string, sipStatus: number, closeCode: number): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#faults.stop();
    this.#settle(false);
    await this.sockets.close(closeCode);
    this.#resolveEnded({
      reason,
      detail,
      sipStatus,
      durationMs: performance.now() - this.#startedAt,
      setupMs: this.#setupMs,
      reconnects: this.sockets.reconnects,
      crashed: this.#crashed,
    });
  }

  #command(command: Command): void {
    this.#counters.commandsReceived += 1;
    this.#settings.onCommand?.(command);
    // jambonz begins to listen for commands when it has made a session of the initial application. A command that comes
    // earlier, be it in the same TCP segment as the ack, is lost.
    if (this.#session) this.#session.receive(command);
    else this.ignore(`${command.command}: it came before the session existed, which begins with call:status trying`);
  }
}

function directionOf({ kind }: CallSettings): CallFacts['direction'] {
  return kind.kind === 'outbound' || kind.kind === 'adulting' ? 'outbound' : 'inbound';
}
