import { type Decided, noteDecided, type Verdict } from '@jambus/link';
import { placeOf, positionOf, type RecordPlace } from '@jambus/schema';

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

export function createWatermarks(): Watermarks {
  // One entry for nearly every call; built on first use, as most calls are idle.
  let marks: Decided[] | undefined;
  let latest: string | undefined;
  /** A position is looked at several times in a row. */
  let known: { readonly position: string; readonly place: RecordPlace } | undefined;

  const place = (position: string): RecordPlace => {
    if (known?.position !== position) known = { position, place: placeOf(position) };
    return known.place;
  };

  return {
    standingOf(position) {
      if (marks === undefined) return OPEN;
      const { log, offset } = place(position);
      const mark = marks.find((other) => other.log === log);
      if (mark === undefined || offset > mark.offset) return OPEN;
      return offset === mark.offset && mark.verdict !== undefined ? { kind: 'last', verdict: mark.verdict } : PAST;
    },
    advance(position, verdict) {
      const { log, offset } = place(position);
      marks ??= [];
      noteDecided(marks, { log, offset, verdict });
      latest = position;
    },
    confirm(position) {
      const { log, offset } = place(position);
      const mark = marks?.find((other) => other.log === log);
      if (mark?.offset === offset) delete mark.verdict;
    },
    get latest() {
      return latest;
    },
    list: () => (marks ?? []).map((mark) => ({ ...mark })),
    restore(decided) {
      if (decided.length === 0) return;
      marks ??= [];
      for (const each of decided) noteDecided(marks, { ...each });
      const newest = decided.at(-1) as Decided;
      latest ??= positionOf(newest.log, newest.offset);
    },
  };
}
