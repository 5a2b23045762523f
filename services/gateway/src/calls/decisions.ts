import { type CallMemory, expiredVerdict, type Verdict } from '@jambus/link';
import { placeOf, type RejectionCode } from '@jambus/schema';
import type { GatewaySpans } from '../gateway-spans.ts';
import type { Answers } from './answers.ts';
import type { CallSocket } from './call-socket.ts';
import { composeMessage } from './compose-message.ts';
import type { InboundCommand } from './inbound-command.ts';
import type { NamedHooks } from './named-hooks.ts';
import { createRecentIds, type RecentIds } from './recent-ids.ts';
import { duplicate, failedCondition, tooLarge, verdictAfterEnd, verdictBeforeStart } from './refusals.ts';
import type { VerbRuns } from './verb-runs.ts';
import { createWatermarks, type Standing, type Watermarks } from './watermarks.ts';

export interface DecisionSettings {
  /** Most bytes of one message to jambonz, which kills the socket over a larger one. */
  readonly maxMessageBytes: number;
  /** How many ids of commands, and how many runs of verbs, a call remembers. */
  readonly rememberedCommands: number;
  readonly spans: Pick<GatewaySpans, 'write'>;
}

/** What a decision asks of its call. */
export interface DecisionTarget {
  readonly answers: Answers;
  readonly verbs: VerbRuns;
  readonly hooks: NamedHooks;
  /** False while the call waits for what others know of it: until then nothing of it can be decided. */
  readonly isPastKnown: boolean;
  /** When the call began, ms since the epoch; undefined when nobody knows. */
  readonly beganAt: number | undefined;
  /** The number of the call's last event. */
  readonly sequence: number;
  /** When the call ended, ms since the epoch; undefined while it lives. */
  readonly endedAt: number | undefined;
  /** The websocket, when it may be written to now. */
  readonly writable: CallSocket | undefined;
}

export interface DecisionObserver {
  /** A command has its outcome. @param decided its position; undefined when it was refused ahead of others */
  decided(command: InboundCommand, verdict: Verdict, decided: string | undefined): void;
  /** The first command is held, or the last one is gone. */
  holding(holding: boolean): void;
}

interface ResultUnderWay {
  readonly position: string;
  /** Others that asked for the outcome of the same record meanwhile. */
  askers: InboundCommand[] | undefined;
}

/**
 * Decides the outcome of every command of one call, once: written, refused, expired, ended. While the call lives this is the
 * only place where that is done. Commands are decided in their order; one that cannot be written yet is held, and those
 * behind it with it. While one is being written those behind it are held, too: until it is known whether its message
 * leaves, a verdict on them would put the mark past it.
 */
export class Decisions {
  readonly #settings: DecisionSettings;
  readonly #target: DecisionTarget;
  readonly #observer: DecisionObserver;
  readonly #watermarks: Watermarks = createWatermarks();
  readonly #ids: RecentIds;
  /** Commands that wait for the websocket, oldest first. */
  #held: InboundCommand[] = [];
  /** The write that the operating system has not taken whole. A command that is written again is another write. */
  #writing: { readonly command: InboundCommand } | undefined;
  #isHolding = false;
  /** Results on their way to the bus, oldest first. */
  readonly #resultsUnderWay: ResultUnderWay[] = [];

  constructor(settings: DecisionSettings, target: DecisionTarget, observer: DecisionObserver) {
    this.#settings = settings;
    this.#target = target;
    this.#observer = observer;
    this.#ids = createRecentIds(settings.rememberedCommands);
  }

  /** The position that was decided last; undefined when nothing was. */
  get latest(): string | undefined {
    return this.#watermarks.latest;
  }

  /** How many commands wait for the websocket. */
  get held(): number {
    return this.#held.length;
  }

  /** Decides the command, or holds it until the websocket is back. */
  take(command: InboundCommand): void {
    const standing = this.#target.isPastKnown ? this.#watermarks.standingOf(command.frame.position) : undefined;
    if (standing !== undefined && standing.kind !== 'open') this.#decidedBefore(command, standing);
    else if (this.#takesPlaceOfHeld(command)) return;
    else if (this.#isTooEarly(command)) command.giveBack();
    else if (standing === undefined) this.#hold(command);
    else this.#takeNew(command);
  }

  /** The bus has the result of the command at this position. @param code of a refusal */
  resultTaken(position: string, code: RejectionCode | undefined): void {
    this.#watermarks.confirm(position);
    const at = this.#resultsUnderWay.findIndex((result) => result.position === position);
    if (at === -1) return;
    const { askers } = this.#resultsUnderWay[at] as ResultUnderWay;
    this.#resultsUnderWay.splice(at, 1);
    for (const command of askers ?? []) command.settle(code);
  }

  /** Decides what was held, as far as the websocket takes it. */
  release(): void {
    if (!this.#target.isPastKnown) return;
    for (let command = this.#held[0]; command !== undefined && this.#attempt(command); command = this.#held[0]) {
      this.#held.shift();
    }
    this.#tellHolding();
  }

  /** The past of the call is known: what came meanwhile can be judged. */
  judgeHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const command of held) this.take(command);
    this.#tellHolding();
  }

  /** Refuses held commands whose life is over. @param nowMs since the epoch */
  expire(nowMs: number): void {
    if (!this.#target.isPastKnown || !this.#held.some(({ frame }) => frame.expires <= nowMs)) return;
    const held = this.#held;
    this.#held = [];
    for (const command of held) {
      // One that waits in front is decided later. Its position is not passed: what has expired is known by its time.
      if (command.frame.expires <= nowMs) this.#refuseExpired(command, this.#isBehind);
      else this.#held.push(command);
    }
    this.release();
  }

  /** Takes a command back. Without effect on one that is not held: its outcome is on its way. */
  withdraw(command: InboundCommand): void {
    const at = this.#held.indexOf(command);
    if (at === -1) return;
    this.#held.splice(at, 1);
    command.giveBack();
    this.#giveBackFollowers(command, at);
    this.release();
  }

  /** jambonz speaks of a verb of this command, so its message has arrived. */
  confirm(commandId: string): void {
    const command = this.#writing?.command;
    if (command?.frame.id !== commandId) return;
    this.#writing = undefined;
    this.#deliver(command);
  }

  /** The websocket is gone, and what it had not given to the operating system waits for the next one. */
  socketLost(): void {
    const lost = this.#writing?.command;
    if (lost === undefined) return;
    this.#writing = undefined;
    this.#target.verbs.forget(lost.frame.id);
    // It was sent before those that are held.
    this.#held.unshift(lost);
    this.#tellHolding();
    lost.hold();
  }

  /** The call lives on elsewhere. */
  giveBackAll(): void {
    const held = this.#held;
    this.#held = [];
    this.#tellHolding();
    for (const command of held) command.giveBack();
  }

  memory(): Pick<CallMemory, 'decided' | 'ids'> {
    return { decided: this.#watermarks.list(), ids: this.#ids.list() };
  }

  restore({ decided, ids }: Pick<CallMemory, 'decided' | 'ids'>): void {
    this.#watermarks.restore(decided);
    for (const id of ids) this.#ids.add(id);
  }

  /** The verdict stands. Its result may have been lost with the gateway that gave it, but not while it is under way from here. */
  #decidedBefore(command: InboundCommand, standing: Exclude<Standing, { readonly kind: 'open' }>): void {
    const { position } = command.frame;
    const result = this.#resultsUnderWay.find((other) => other.position === position);
    if (result !== undefined) result.askers = [...(result.askers ?? []), command];
    else if (standing.kind === 'recent') this.#tell(command, standing.verdict);
    else command.settle(undefined);
  }

  /** Whether the command says that it comes after one that is neither decided nor waiting here. */
  #isTooEarly({ frame: { position, after, overdue } }: InboundCommand): boolean {
    if (after === undefined || overdue === true || this.#watermarks.isDecided(position, after)) return false;
    const { log } = placeOf(position);
    const isBefore = ({ frame }: InboundCommand): boolean => {
      const place = placeOf(frame.position);
      return place.offset === after && place.log === log;
    };
    return !(this.#held.some(isBefore) || (this.#writing !== undefined && isBefore(this.#writing.command)));
  }

  /** Those that came after a command that was taken back may not be decided before it. @param from where it was held */
  #giveBackFollowers({ frame: { position } }: InboundCommand, from: number): void {
    const gone = placeOf(position);
    for (let at = from; at < this.#held.length; ) {
      const follower = this.#held[at] as InboundCommand;
      const { after, position: of } = follower.frame;
      if (after === undefined || after < gone.offset || placeOf(of).log !== gone.log) at++;
      else {
        this.#held.splice(at, 1);
        follower.giveBack();
      }
    }
  }

  #takeNew(command: InboundCommand): void {
    const { frame } = command;
    const early = verdictBeforeStart(frame, this.#target.beganAt);
    if (early !== undefined) {
      if (frame.overdue === true) this.#refuseAhead(command, early);
      else this.#decide(command, early);
    } else if (frame.overdue === true) this.#refuseExpired(command, true);
    else if (this.#isBehind || !this.#attempt(command)) this.#hold(command);
  }

  /** Whether a command that comes now has others in front of it. */
  get #isBehind(): boolean {
    return this.#held.length > 0 || this.#writing !== undefined;
  }

  /** The same record from another adapter, while it waits here: the new one takes its place. */
  #takesPlaceOfHeld(command: InboundCommand): boolean {
    const { position } = command.frame;
    const at = this.#held.findIndex(({ frame }) => frame.position === position);
    if (at !== -1) {
      this.#held[at]?.giveBack();
      this.#held[at] = command;
      command.hold();
      return true;
    }
    const isWritten = this.#writing?.command.frame.position === position;
    // Its outcome will be known in a moment, so whoever asks has to ask again.
    if (isWritten) command.giveBack();
    return isWritten;
  }

  /** Decides the command that is the next one. @returns false when it has to wait */
  #attempt(command: InboundCommand): boolean {
    const { frame } = command;
    const { verbs, sequence, endedAt, writable } = this.#target;
    if (this.#writing !== undefined) return false;
    if (endedAt !== undefined) {
      this.#decide(command, verdictAfterEnd(frame, endedAt));
      return true;
    }
    if (writable === undefined) return false;
    if (frame.expires <= Date.now()) {
      this.#refuseExpired(command, false);
      return true;
    }
    const refusal = this.#ids.has(frame.id)
      ? duplicate(frame.id)
      : failedCondition(frame, { sequence, isPlaying: verbs.isPlaying });
    if (refusal === undefined) return this.#write(command, writable);
    this.#decide(command, refusal);
    return true;
  }

  #write(command: InboundCommand, socket: CallSocket): boolean {
    const { answers, verbs } = this.#target;
    const { maxMessageBytes, spans } = this.#settings;
    const { frame } = command;
    const composed = composeMessage(command, answers);
    if (composed.kind === 'refuse') {
      this.#decide(command, composed.verdict);
      return true;
    }
    if (composed.kind === 'write' && composed.message.length > maxMessageBytes) {
      this.#decide(command, tooLarge(composed.message.length, maxMessageBytes));
      return true;
    }
    const msgid = composed.kind === 'write' ? composed.answers : undefined;
    if (msgid === undefined && answers.initial !== undefined) {
      // A command finds nobody listening over there before the call has an application: give it one first.
      answers.release();
      return false;
    }
    if (composed.kind === 'nothing') {
      this.#deliver(command);
      return true;
    }
    const { message } = composed;
    const span = spans.write(command, message.length);
    const write = { command };
    const state = (composed.socket ?? socket).send(message, (written) => this.#writeEnded(write, written));
    span.end(state === 'closed' ? 'socket_closed' : undefined);
    if (state === 'closed') return false;
    verbs.brought(frame.verbs, frame.id, frame.replaces, frame.terminalOnly);
    if (frame.hooks !== undefined) this.#target.hooks.note(frame.hooks);
    if (state === 'buffered') this.#writing = write;
    else this.#deliver(command);
    if (msgid !== undefined) answers.close(msgid);
    return true;
  }

  #writeEnded(write: { readonly command: InboundCommand }, written: boolean): void {
    if (!written) {
      if (write === this.#writing) this.socketLost();
      return;
    }
    if (write === this.#writing) {
      this.#writing = undefined;
      this.#deliver(write.command);
    }
    // Otherwise jambonz has shown before that it arrived; what waits behind it goes on now.
    this.release();
  }

  #deliver(command: InboundCommand): void {
    const { id, position, warning } = command.frame;
    // An id that was made from the position needs no memory: the position tells it.
    if (id !== position) this.#ids.add(id);
    const verdict: Verdict = { status: 'delivered', at: Date.now() };
    if (warning !== undefined) verdict.detail = warning;
    this.#decide(command, verdict);
  }

  #refuseExpired(command: InboundCommand, isAhead: boolean): void {
    const verdict = expiredVerdict(command.frame.expires);
    if (isAhead) this.#refuseAhead(command, verdict);
    else this.#decide(command, verdict);
  }

  /** The commands in front of it are not decided, so its position says nothing about the call. */
  #refuseAhead(command: InboundCommand, verdict: Verdict): void {
    this.#observer.decided(command, verdict, undefined);
  }

  #decide(command: InboundCommand, verdict: Verdict): void {
    this.#watermarks.advance(command.frame.position, verdict);
    this.#tell(command, verdict);
  }

  #tell(command: InboundCommand, verdict: Verdict): void {
    const { position } = command.frame;
    this.#resultsUnderWay.push({ position, askers: undefined });
    this.#observer.decided(command, verdict, position);
  }

  #hold(command: InboundCommand): void {
    this.#held.push(command);
    this.#tellHolding();
    command.hold();
  }

  #tellHolding(): void {
    const isHolding = this.#held.length > 0;
    if (isHolding === this.#isHolding) return;
    this.#isHolding = isHolding;
    this.#observer.holding(isHolding);
  }
}
