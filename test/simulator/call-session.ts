import { CallReporter } from './call-reporter.ts';
import type { CallState } from './call-state.ts';
import type { Clock } from './clock.ts';
import type { Command, CommandTarget } from './commands/command.ts';
import { carryOut } from './commands/effects.ts';
import { TtsBuffer } from './commands/tts-buffer.ts';
import type { CallSettings } from './options.ts';
import type { Answer, Outgoing } from './requests.ts';
import { Caller, type Reply } from './script/caller.ts';
import type { Tally } from './tally.ts';
import { parseApplication, type Verb } from './verbs/application.ts';
import { Durations } from './verbs/durations.ts';
import { VerbEngine } from './verbs/engine.ts';
import type { ChildLeg, HookOutcome, VerbHost } from './verbs/host.ts';
import { type CallFacts, type CallProgress, TRYING } from './wire/call-facts.ts';
import { hookPath } from './wire/hook-path.ts';
import { isJsonObject, type JsonObject } from './wire/json.ts';

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
  ignored(reason: string): void;
}

/** A call from the moment its initial application was accepted: executes verbs and commands until it is over. */
export class CallSession implements VerbHost, CommandTarget {
  readonly state: CallState;
  readonly durations: Durations;
  readonly tts: TtsBuffer;
  readonly #port: SessionPort;
  readonly #reporter: CallReporter;
  readonly #engine: VerbEngine;
  readonly #caller: Caller;
  #child: ChildLeg | undefined;
  #end: SessionEnd | undefined;

  constructor(port: SessionPort) {
    const { facts, state, clock, settings } = port;
    const notify = (type: string, data: JsonObject) => this.notify(type, data);
    this.#port = port;
    this.state = state;
    this.durations = new Durations(settings.script.durations);
    this.tts = new TtsBuffer(clock, state.ttsTokens, notify);
    this.#reporter = new CallReporter(facts, state, clock, settings.statusForm, notify);
    this.#engine = new VerbEngine(this, clock);
    this.#caller = new Caller(settings.script.caller, clock, (action) => {
      if (action.kind === 'hangup') this.hangUpByCaller();
      if (action.kind === 'send') void this.#port.say(action);
    });
  }

  /** Executes the call to its end; a call whose caller hung up before it began executes nothing. */
  async run(verbs: Verb[]): Promise<SessionEnd> {
    if (!this.#end) {
      this.#reporter.status(TRYING);
      this.#caller.start();
    }
    await this.#engine.run(verbs);
    this.#hangUp('the verbs ran out');
    this.#caller.stop();
    this.tts.stop();
    return this.#end ?? { sipStatus: 200, detail: 'completed' };
  }

  /** Carries out a command; without effect it is noted and nothing is said, as in jambonz. */
  receive(command: Command): void {
    const reason = carryOut(command, this);
    if (reason !== undefined) this.#port.ignored(reason);
  }

  hangUpByCaller(): void {
    if (this.#end) return;
    const canceled: CallProgress = { status: 'no-answer', sipStatus: 487, sipReason: 'Request Terminated' };
    if (this.answered) this.#reporter.completed('caller');
    else this.#reporter.status(canceled, { call_termination_by: 'caller' });
    this.#finish({ sipStatus: this.answered ? 200 : canceled.sipStatus, detail: 'the caller hung up' });
  }

  // What verbs do to the call.

  get answered(): boolean {
    return this.state.answered;
  }

  get givenUp(): boolean {
    return this.#port.isGivenUp();
  }

  answer(): void {
    if (this.answered || this.#end) return;
    this.state.answered = true;
    this.#reporter.answered();
  }

  hangUp(): void {
    this.#hangUp('jambonz hung up');
  }

  decline(sipStatus: number, sipReason: string): void {
    this.#reporter.status({ status: 'failed', sipStatus, sipReason });
    this.#finish({ sipStatus, detail: `declined: ${sipReason}` });
  }

  replyOfCaller(verb: Verb): Reply | undefined {
    return this.#caller.replyTo(verb);
  }

  async hook(hook: unknown, results: JsonObject, verbsCount: boolean): Promise<HookOutcome> {
    const path = hookPath(hook);
    if (path === undefined) return 'nothing';
    if (path.startsWith('http')) {
      this.ignored(`hook ${path}: an HTTP hook does not go over the websocket and is not simulated`);
      return 'nothing';
    }
    const data = { ...this.#reporter.info(), ...results };
    const answer = await this.#port.say({ type: 'verb:hook', hook: path, data });
    if (!answer.ok) return 'failed';
    if (!verbsCount || !Array.isArray(answer.data)) return 'nothing';
    const application = parseApplication(answer.data);
    if (!application.ok) {
      this.ignored(`ack to the hook ${path}: ${application.fault}`);
      return 'failed';
    }
    if (application.verbs.length === 0) return 'nothing';
    this.#engine.replace(application.verbs);
    return 'replaced';
  }

  async confirm(hook: unknown, leg: ChildLeg): Promise<void> {
    await this.#port.say({ type: 'dial:confirm', hook: hookPath(hook), data: this.#reporter.childInfo(leg) });
  }

  childStatus(leg: ChildLeg, progress: CallProgress, more: JsonObject): void {
    this.#reporter.child(leg, progress, more);
  }

  setChild(leg: ChildLeg | undefined): void {
    this.#child = leg;
  }

  setTag(data: JsonObject): void {
    this.state.customerData = data;
  }

  configure(data: JsonObject): void {
    this.state.config = { ...this.state.config, ...data };
    if (data['notifyEvents'] === true) this.#reporter.reportVerbs();
    const { record } = data;
    if (isJsonObject(record)) {
      this.receive({
        command: 'record',
        data: record,
        queueCommand: false,
        callSid: this.callSid,
        toolCallId: undefined,
      });
    }
  }

  noteDub(data: JsonObject): void {
    this.state.dubs.push(data);
  }

  noteSipRequest(data: JsonObject): void {
    this.state.sipRequests.push({ leg: 'parent', content: data });
  }

  noteDtmf(data: JsonObject): void {
    this.state.dtmfSent.push({ leg: 'parent', content: data });
  }

  playback(verb: Verb, event: string): void {
    this.#reporter.playback(verb, event);
  }

  verbStarting(verb: Verb): void {
    this.#port.counters.verbsStarted += 1;
    this.state.verbs.push(verb);
    this.#reporter.verb(verb, 'starting');
    this.#caller.verbStarting(verb);
  }

  verbFinished(verb: Verb): void {
    this.#port.counters.verbsFinished += 1;
    this.#reporter.verb(verb, 'finished');
    this.#caller.verbFinished(verb);
  }

  ignored(reason: string): void {
    this.#port.ignored(reason);
  }

  // What commands do to the call.

  get callSid(): string {
    return this.#port.facts.callSid;
  }

  get currentVerb(): Verb | undefined {
    return this.#engine.current?.verb;
  }

  get child(): ChildLeg | undefined {
    return this.#child;
  }

  replaceVerbs(verbs: Verb[]): void {
    this.#engine.replace(verbs);
  }

  appendVerbs(verbs: Verb[]): void {
    this.#engine.append(verbs);
  }

  redirectTo(hook: unknown, leg: 'parent' | 'child'): void {
    void this.#askForApplication(hook, leg);
  }

  hangUpByCommand(): void {
    if (this.#end) return;
    // jambonz treats this command as if the caller had hung up, and says so.
    this.#reporter.completed('caller');
    this.#finish({ sipStatus: 200, detail: 'hung up by the command call:status' });
  }

  refuse(sipStatus: number): void {
    this.#finish({ sipStatus, detail: 'refused by the command call:status' });
  }

  notify(type: string, data: JsonObject): void {
    void this.#port.say({ type, data });
  }

  async #askForApplication(hook: unknown, leg: 'parent' | 'child'): Promise<void> {
    const data = leg === 'child' && this.#child ? this.#reporter.childInfo(this.#child) : this.#reporter.info();
    const answer = await this.#port.say({ type: 'session:redirect', hook: hookPath(hook), data });
    if (!answer.ok) this.ignored(`redirect: ${answer.fault}`);
    else if (leg === 'child') this.ignored('redirect: a child leg with verbs of its own is not simulated');
    else if (!answer.data) this.#engine.skip();
    else this.#replaceBy(answer.data);
  }

  #replaceBy(data: unknown): void {
    const application = parseApplication(data);
    if (application.ok) this.#engine.replace(application.verbs);
    else this.ignored(`ack to session:redirect: ${application.fault}`);
  }

  // A call that was never answered is refused instead.
  #hangUp(detail: string): void {
    if (this.#end) return;
    if (this.answered) this.#reporter.completed('jambonz');
    this.#finish({ sipStatus: this.answered ? 200 : 603, detail });
  }

  #finish(end: SessionEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#engine.stop();
  }
}
