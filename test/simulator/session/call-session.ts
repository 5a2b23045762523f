import type { CallState } from '../call-state.ts';
import type { Clock } from '../clock.ts';
import type { Command, CommandTarget } from '../commands/command.ts';
import { carryOut } from '../commands/effects.ts';
import { TtsBuffer } from '../commands/tts-buffer.ts';
import type { CallSettings } from '../options.ts';
import { Caller } from '../script/caller.ts';
import { type Action, WILLING_CALLEE } from '../script/script.ts';
import type { Answer, Outgoing } from '../sockets/requests.ts';
import type { Tally } from '../tally.ts';
import type { Verb } from '../verbs/application.ts';
import { Durations } from '../verbs/durations.ts';
import { VerbEngine } from '../verbs/engine.ts';
import type { ChildLeg, VerbHost } from '../verbs/host.ts';
import type { Address } from '../wire/address.ts';
import { CANCELED, type CallFacts, TRYING } from '../wire/call-facts.ts';
import type { JsonObject } from '../wire/json.ts';
import { CallReporter } from './call-reporter.ts';
import { commandTarget } from './command-target.ts';
import { verbHost } from './verb-host.ts';

/** How a session ended, in SIP and in words. */
export interface SessionEnd {
  readonly sipStatus: number;
  readonly detail: string;
}

/** What a session needs from its call. */
export interface SessionPort {
  readonly facts: CallFacts;
  readonly settings: CallSettings;
  readonly state: CallState;
  readonly clock: Clock;
  readonly counters: Tally;
  /** The server closed the session with 1000. */
  isGivenUp(): boolean;
  say(outgoing: Outgoing): Promise<Answer>;
  handOver(address: Address): void;
  moveStatuses(address: Address): void;
  /** The call has its application. */
  setUp(): void;
  /** Makes a dialled leg a call of its own; false when its `session:adulting` was not acknowledged. */
  adult(leg: ChildLeg, verbs: Verb[], parent: JsonObject): Promise<boolean>;
  /** Places another call, as the body of a REST createCall describes it. */
  dial(body: JsonObject): void;
  ignored(reason: string): void;
}

/** A call from the moment it has verbs: executes verbs and commands until it is over. */
export class CallSession {
  readonly port: SessionPort;
  readonly state: CallState;
  readonly durations: Durations;
  readonly tts: TtsBuffer;
  readonly reporter: CallReporter;
  readonly engine: VerbEngine;
  readonly caller: Caller;
  readonly host: VerbHost;
  readonly target: CommandTarget;
  /** The leg that a `dial` has connected. */
  child: ChildLeg | undefined;
  inConference = false;
  #end: SessionEnd | undefined;

  constructor(port: SessionPort) {
    const { facts, state, clock, settings } = port;
    const notify = (type: string, data: JsonObject) => this.notify(type, data);
    this.port = port;
    this.state = state;
    this.durations = new Durations(settings.script.durations);
    this.tts = new TtsBuffer(clock, state.ttsTokens, notify);
    this.reporter = new CallReporter(facts, state, clock, settings.statusForm, notify);
    this.caller = new Caller(settings.script.caller, clock, (action) => this.#act(action));
    this.host = verbHost(this, settings.script.callee ?? WILLING_CALLEE);
    this.target = commandTarget(this);
    this.engine = new VerbEngine(this.host, clock);
  }

  get over(): boolean {
    return this.#end !== undefined;
  }

  /** Executes the call to its end; a call whose caller hung up before it began executes nothing. */
  async run(verbs: Verb[]): Promise<SessionEnd> {
    if (!this.#end) {
      if (this.port.settings.kind.kind !== 'adulting') this.reporter.status(TRYING);
      this.caller.start();
    }
    await this.engine.run(verbs);
    this.hangUp('the verbs ran out');
    this.caller.stop();
    this.tts.stop();
    return this.#end ?? { sipStatus: 200, detail: 'completed' };
  }

  /** Carries out a command; without effect it is noted and nothing is said, as in jambonz. */
  receive(command: Command): void {
    const reason = carryOut(command, this.target);
    if (reason !== undefined) this.port.ignored(reason);
  }

  /** The person at the far end of the call hangs up. */
  hangUpByCaller(): void {
    if (this.#end) return;
    const { answered } = this.state;
    if (answered) this.reporter.completed('caller');
    else this.reporter.status(CANCELED, { call_termination_by: 'caller' });
    this.finish({ sipStatus: answered ? 200 : CANCELED.sipStatus, detail: 'the caller hung up' });
  }

  /** jambonz hangs up. A call that was never answered is refused instead. */
  hangUp(detail: string): void {
    if (this.#end) return;
    const { answered } = this.state;
    if (answered) this.reporter.completed('jambonz');
    this.finish({ sipStatus: answered ? 200 : 603, detail });
  }

  /** The call is over; whoever calls this has said so to the server. */
  finish(end: SessionEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.engine.stop();
  }

  answer(): void {
    if (this.state.answered || this.#end) return;
    this.state.answered = true;
    this.reporter.answered();
  }

  /** Says something without waiting. */
  notify(type: string, data: JsonObject): void {
    void this.port.say({ type, data });
  }

  #act(action: Action): void {
    if (action.kind === 'hangup') this.hangUpByCaller();
    else if (action.kind === 'send') void this.port.say(action);
    else if (action.kind === 'hold' || action.kind === 'unhold' || action.kind === 'refer') {
      const noticed = this.engine.current?.signal(action) ?? false;
      if (!noticed) this.port.ignored(`${action.kind} by the ${action.by}: no verb takes notice of it`);
    }
  }
}
