/** How far a partition is read beyond its watermark. */
export interface Progress {
  /** Up to here every record is finished, except those in `open`. */
  readonly reached: number;
  /** Records above the watermark that are not finished, in their order. */
  readonly open: readonly number[];
}

/** Whether an earlier reader has finished a record. */
export type IsFinished = (offset: number) => boolean;

export const NONE_FINISHED: IsFinished = () => false;

const BASE = 36;
const SEPARATOR = '.';

/**
 * The progress as text that stands beside a committed watermark: what is finished behind a record that waits need not be
 * handled again by the next reader. Offsets are written as distances, as brokers bound what may stand there.
 *
 * @param maxBytes what has no room is left out from the end, and is handled again
 * @returns an empty text when there is nothing beyond the watermark
 */
export function writeProgress(watermark: number, { reached, open }: Progress, maxBytes: number): string {
  if (reached <= watermark || open.length === 0) return '';
  const distances: string[] = [];
  let last = watermark;
  let end = reached;
  let bytes = LONGEST_NUMBER;
  for (const offset of open) {
    const distance = (offset - last).toString(BASE);
    bytes += distance.length + SEPARATOR.length;
    if (bytes > maxBytes) {
      end = offset - 1;
      break;
    }
    distances.push(distance);
    last = offset;
  }
  return [(end - watermark).toString(BASE), ...distances].join(SEPARATOR);
}

/** How far, and the distance of at least one record that is open. */
const FORM = /^[0-9a-z]{1,11}(?:\.[0-9a-z]{1,11})+$/;
/** What a number takes at most, bytes. */
const LONGEST_NUMBER = 11;

/** Reads what `writeProgress` wrote. Other text says nothing, so every record is handled again. */
export function readProgress(watermark: number, text: string): IsFinished {
  if (!FORM.test(text)) return NONE_FINISHED;
  const [reached = Number.NaN, ...distances] = text.split(SEPARATOR).map((part) => Number.parseInt(part, BASE));
  if (!Number.isSafeInteger(reached) || !distances.every((distance) => distance > 0)) return NONE_FINISHED;
  const open = new Set<number>();
  let last = watermark;
  for (const distance of distances) {
    last += distance;
    open.add(last);
  }
  const end = watermark + reached;
  return (offset) => offset <= end && !open.has(offset);
}
