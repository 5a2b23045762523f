import {
  type CallMemory,
  type Decided,
  decodeCallMemory,
  emptyMemory,
  encodeCallMemory,
  type KnownFrame,
  noteDecided,
  type ResultFrame,
} from '@jambus/link';
import { placeOf } from '@jambus/schema';

/** How many ids of delivered commands are kept for a call; as many as its gateway does, unless that is set otherwise. */
const MOST_IDS = 1_024;

/**
 * What this adapter knows of a call for the gateway that takes it over: what its former gateway left with `closed`, and what
 * passed through here on its way to the bus.
 */
export class CallKnowledge {
  epoch = 0;
  /** Number of its last event. */
  sequence = 0;
  /** The former gateway has told all of it, and no gateway has had it since. */
  certain = false;
  #memory: CallMemory | undefined;

  noteEvent(epoch: number, sequence: number): void {
    this.epoch = Math.max(this.epoch, epoch);
    this.sequence = Math.max(this.sequence, sequence);
  }

  /** An event has passed. A status, or the beginning of a session, comes also while jambonz has no application yet. */
  notePassed(epoch: number, sequence: number, type: string): void {
    this.noteEvent(epoch, sequence);
    if (!IN_SET_UP.test(type) && this.#memory?.live !== true) this.#ownMemory().live = true;
  }

  noteResult(frame: ResultFrame): void {
    const { command, position, verdict } = frame;
    const memory = this.#ownMemory();
    const mark = decidedBy(frame);
    if (mark !== undefined) noteDecided(memory.decided, mark);
    memory.claimed = true;
    if (verdict.status !== 'delivered') return;
    memory.live = true;
    if (command === position) return;
    memory.ids.push(command);
    if (memory.ids.length > MOST_IDS) memory.ids.shift();
  }

  /** What is on the bus. @param position up to which the commands of the call are decided */
  noteHistory(epoch: number, sequence: number, position: string | undefined): void {
    this.noteEvent(epoch, sequence);
    // What kind of events they were is not known. A call is in set-up for moments, and taken for one it would lose a reconnect.
    if (sequence > 0) this.#ownMemory().live = true;
    for (const decided of decidedUpTo(position)) noteDecided(this.#ownMemory().decided, decided);
  }

  /** The former gateway is done with the call, and leaves its memory. */
  noteClosed(epoch: number, sequence: number, memory: Uint8Array): void {
    this.noteEvent(epoch, sequence);
    this.certain = true;
    const left = decodeCallMemory(memory);
    if (left === undefined) return;
    // A gateway that had the call for a moment may not have heard all of its past itself.
    for (const decided of this.decided) noteDecided(left.decided, decided);
    left.ids = [...new Set([...(this.#memory?.ids ?? []), ...left.ids])].slice(-MOST_IDS);
    left.live ||= this.#memory?.live ?? false;
    left.claimed ||= this.#memory?.claimed ?? false;
    if (left.hooks.length === 0) left.hooks = this.#memory?.hooks ?? [];
    if (left.questions.length === 0) left.questions = this.#memory?.questions ?? [];
    this.#memory = left;
  }

  get decided(): Decided[] {
    return this.#memory?.decided ?? [];
  }

  /** @param since when the call began, ms since the epoch */
  frame(call: string, since: number | undefined, certain: boolean): readonly [KnownFrame, Buffer] {
    const { epoch, sequence } = this;
    const frame: KnownFrame = {
      t: 'known',
      call,
      epoch,
      sequence,
      certain,
      ...(since === undefined ? {} : { since }),
    };
    return [frame, this.#memory === undefined ? NOTHING : encodeCallMemory(this.#memory)];
  }

  #ownMemory(): CallMemory {
    this.#memory ??= emptyMemory();
    return this.#memory;
  }
}

const NOTHING = Buffer.alloc(0);
/** Types of events that do not show that jambonz has made a session of the initial application. */
const IN_SET_UP = /^(?:session:|jambus:|call:status$)/;

/**
 * The mark that a result sets: up to where the commands of its call are decided, with the verdict if it is the last one. None
 * when its command was refused out of its turn and the ones in front of it are all undecided.
 */
export function decidedBy({ decided, position, verdict }: ResultFrame): Decided | undefined {
  if (decided === undefined) return undefined;
  const { log, offset } = placeOf(decided);
  return decided === position ? { log, offset, verdict } : { log, offset };
}

/** The mark of a `decidedposition` on the bus; none without one, or where somebody else has written it. */
export function decidedUpTo(position: string | undefined): Decided[] {
  if (position === undefined) return [];
  const { log, offset } = placeOf(position);
  return Number.isSafeInteger(offset) && offset >= 0 ? [{ log, offset }] : [];
}
