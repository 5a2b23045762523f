import { type Decided, MAX_LOGS, type Verdict } from '@jambus/link';
import { placeOf, positionOf } from '@jambus/schema';

/** What is known of a command by its position. */
export type Standing =
  /** It was not decided yet. */
  | { readonly kind: 'open' }
  /** It was decided, and its result is on the bus. */
  | { readonly kind: 'past' }
  /** It was decided last, and nobody knows whether its result is on the bus. */
  | { readonly kind: 'last'; readonly verdict: Verdict };

const OPEN: Standing = { kind: 'open' };
const PAST: Standing = { kind: 'past' };

/**
 * How far the commands of one call are decided. Commands of a call come in the order of their log, and the next one comes
 * only when the result of the one before is with the bus. So one position and one verdict tell a record that is read again
 * from a new one, however many followed it.
 */
export interface Watermarks {
  standingOf(position: string): Standing;
  /** @param position of the command that was decided now */
  advance(position: string, verdict: Verdict): void;
  /** The result of the command at this position is on the bus, so its verdict is not needed any more. */
  confirm(position: string): void;
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
  verdict: Verdict | undefined;
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
    marks.push({ prefix: `${log}/`, log, offset, verdict });
    if (marks.length > MAX_LOGS) marks.shift();
  };

  return {
    standingOf(position) {
      const mark = markOf(position);
      if (mark === undefined) return OPEN;
      const offset = offsetIn(mark, position);
      if (offset > mark.offset) return OPEN;
      return offset === mark.offset && mark.verdict !== undefined ? { kind: 'last', verdict: mark.verdict } : PAST;
    },
    advance(position, verdict) {
      latest = position;
      const mark = markOf(position);
      if (mark === undefined) set({ ...placeOf(position), verdict });
      else raise(mark, offsetIn(mark, position), verdict);
    },
    confirm(position) {
      const mark = markOf(position);
      if (mark !== undefined && mark.offset === offsetIn(mark, position)) mark.verdict = undefined;
    },
    get latest() {
      return latest;
    },
    list: () =>
      (marks ?? []).map(({ log, offset, verdict }) => ({ log, offset, ...(verdict === undefined ? {} : { verdict }) })),
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
  mark.verdict = verdict;
}

/** The name of one log may be the beginning of another one's name, so the offset has to follow at once. */
function isIn({ prefix }: Mark, position: string): boolean {
  return position.startsWith(prefix) && position.indexOf('/', prefix.length) === -1;
}

function offsetIn({ prefix }: Mark, position: string): number {
  return Number(position.slice(prefix.length));
}
