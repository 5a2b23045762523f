import { type Decided, MAX_LOGS, type Verdict } from '@jambus/link';
import { placeOf, positionOf } from '@jambus/schema';

/** What is known of a command by its position. */
export type Standing =
  /** It was not decided yet. */
  | { readonly kind: 'open' }
  /** It was decided, and its result is on the bus. */
  | { readonly kind: 'past' }
  /** It was decided a moment ago, and nobody knows whether its result is on the bus. */
  | { readonly kind: 'recent'; readonly verdict: Verdict };

/** More than an adapter lets run ahead. */
const MOST_VERDICTS = 64;
const OPEN: Standing = { kind: 'open' };
const PAST: Standing = { kind: 'past' };

/**
 * How far the commands of one call are decided. Commands of a call are decided in the order of their log, so one position
 * tells a record that is read again from a new one, however many followed it. A bounded number of them is decided before the
 * result of the first of these is with the bus; the verdicts of these are kept.
 */
export interface Watermarks {
  standingOf(position: string): Standing;
  /** @param position of the command that was decided now */
  advance(position: string, verdict: Verdict): void;
  /** The result of the command at this position is on the bus, so its verdict is not needed any more. */
  confirm(position: string): void;
  /** Whether the command at this offset is decided. @param position of any command in the same log */
  isDecided(position: string, offset: number): boolean;
  /** The position that was decided last; undefined when nothing was. */
  readonly latest: string | undefined;
  list(): Decided[];
  /** Takes over what is known elsewhere. */
  restore(decided: readonly Decided[]): void;
}

interface Mark {
  /** What the positions of the log begin with. */
  readonly prefix: string;
  readonly log: string;
  offset: number;
  /** Of those whose result may not be on the bus, by their offset, oldest first. */
  readonly verdicts: Map<number, Verdict>;
}

export function createWatermarks(): Watermarks {
  // One entry for nearly every call; built on first use, as most calls are idle.
  let marks: Mark[] | undefined;
  let latest: string | undefined;

  const markOf = (position: string): Mark | undefined => {
    if (marks === undefined) return undefined;
    for (const mark of marks) if (isIn(mark, position)) return mark;
    return undefined;
  };

  const set = ({ log, offset, verdict }: Decided): void => {
    marks ??= [];
    const known = marks.find((mark) => mark.log === log);
    if (known !== undefined) {
      raise(known, offset, verdict);
      return;
    }
    marks.push({ prefix: `${log}/`, log, offset, verdicts: new Map(verdict === undefined ? [] : [[offset, verdict]]) });
    if (marks.length > MAX_LOGS) marks.shift();
  };

  return {
    standingOf(position) {
      const mark = markOf(position);
      if (mark === undefined) return OPEN;
      const offset = offsetIn(mark, position);
      if (offset > mark.offset) return OPEN;
      const verdict = mark.verdicts.get(offset);
      return verdict === undefined ? PAST : { kind: 'recent', verdict };
    },
    advance(position, verdict) {
      latest = position;
      const mark = markOf(position);
      if (mark === undefined) set({ ...placeOf(position), verdict });
      else raise(mark, offsetIn(mark, position), verdict);
    },
    confirm(position) {
      const mark = markOf(position);
      mark?.verdicts.delete(offsetIn(mark, position));
    },
    isDecided(position, offset) {
      const mark = markOf(position);
      return mark !== undefined && offset <= mark.offset;
    },
    get latest() {
      return latest;
    },
    list: () =>
      (marks ?? []).map(({ log, offset, verdicts }) => {
        const verdict = verdicts.get(offset);
        return { log, offset, ...(verdict === undefined ? {} : { verdict }) };
      }),
    restore(decided) {
      for (const each of decided) set(each);
      const newest = decided.at(-1);
      if (newest !== undefined) latest ??= positionOf(newest.log, newest.offset);
    },
  };
}

/** Notes a later decision of the log. */
function raise(mark: Mark, offset: number, verdict: Verdict | undefined): void {
  if (offset <= mark.offset) return;
  mark.offset = offset;
  if (verdict === undefined) mark.verdicts.clear();
  else mark.verdicts.set(offset, verdict);
  if (mark.verdicts.size > MOST_VERDICTS) mark.verdicts.delete(mark.verdicts.keys().next().value as number);
}

/** The name of one log may be the beginning of another one's name, so the offset has to follow at once. */
function isIn({ prefix }: Mark, position: string): boolean {
  return position.startsWith(prefix) && position.indexOf('/', prefix.length) === -1;
}

function offsetIn({ prefix }: Mark, position: string): number {
  return Number(position.slice(prefix.length));
}
