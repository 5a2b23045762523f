import type { CommandRecord, Turn } from '../port/index.ts';
import type { Letter } from './letter.ts';
import type { WindowEntry } from './window.ts';

/** What records of one call that are ahead of their turn may take, bytes. */
const MOST_AHEAD_BYTES = 64 * 1024;

export interface EntryOptions {
  readonly record: CommandRecord;
  readonly offset: number;
  readonly bytes: number;
  readonly ordinal: number;
  readonly offsetBefore: number;
  /** Of its call; undefined when it names none. */
  readonly lane: Lane | undefined;
  /** The handler has said that the next one may come. */
  readonly onFollow: (entry: Entry) => void;
}

/** A record that is not finished, and its turn. */
export class Entry implements WindowEntry, Turn {
  record: CommandRecord;
  readonly offset: number;
  readonly bytes: number;
  readonly ordinal: number;
  readonly offsetBefore: number;
  readonly lane: Lane | undefined;
  older: WindowEntry | undefined;
  newer: WindowEntry | undefined;
  /** The next record of the same call. */
  nextInLane: Entry | undefined;
  /** It is the oldest of its lane. */
  isFirst = false;
  /** `left`: dealt with, and it stays in the lane only until those before it have left. */
  state: 'waiting' | 'handling' | 'left' = 'waiting';
  overdue = false;
  behind: string | undefined;
  /** It takes one of the places for those that are ahead of their turn. */
  isAhead = false;
  /** The next one may come ahead of its turn. */
  isFollowed = false;
  attempts = 0;
  throwsInRow = 0;
  /** Set once it is on its way to the dead letters; the lane has gone on then. */
  letter: Letter | undefined;
  readonly #onFollow: (entry: Entry) => void;

  constructor({ record, offset, bytes, ordinal, offsetBefore, lane, onFollow }: EntryOptions) {
    this.record = record;
    this.offset = offset;
    this.bytes = bytes;
    this.ordinal = ordinal;
    this.offsetBefore = offsetBefore;
    this.lane = lane;
    this.#onFollow = onFollow;
  }

  follow(): void {
    this.#onFollow(this);
  }
}

/** The records of one call that are not dealt with, each leading to the next one. */
export class Lane {
  newest: Entry | undefined;
  /** The last one that is with the handler in its order; undefined when the order has to begin anew with the first one. */
  last: Entry | undefined;
  readonly #most: number;
  #ahead = 0;
  #aheadBytes = 0;

  /** @param most records that may be with the handler ahead of their turn */
  constructor(most: number) {
    this.#most = most;
  }

  /** The one that may go to the handler ahead of its turn now, if there is one and it has room. */
  get next(): Entry | undefined {
    const { last } = this;
    if (last === undefined || !last.isFollowed) return undefined;
    const next = last.nextInLane;
    if (next === undefined || next.state !== 'waiting' || this.#ahead >= this.#most) return undefined;
    return this.#aheadBytes + next.bytes > MOST_AHEAD_BYTES ? undefined : next;
  }

  /** The entry is with the handler ahead of its turn. */
  goAhead(entry: Entry, behind: Entry): void {
    entry.behind = behind.record.position;
    entry.isAhead = true;
    this.#ahead++;
    this.#aheadBytes += entry.bytes;
    this.last = entry;
  }

  /** The entry is not ahead any more: dealt with, back, or the first one by now. */
  endAhead(entry: Entry): void {
    if (!entry.isAhead) return;
    entry.isAhead = false;
    this.#ahead--;
    this.#aheadBytes -= entry.bytes;
  }
}
