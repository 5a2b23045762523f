let lastMs = Number.NaN;
let last = '';

/**
 * A time as RFC 3339 has it. Most times that are asked for are those of the moment, so the last one is kept.
 *
 * @param ms since the epoch
 * @throws RangeError when no date has it
 */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    last = new Date(ms).toISOString();
    lastMs = ms;
  }
  return last;
}
