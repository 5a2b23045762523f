/** The place of a record, taken apart. */
export interface RecordPlace {
  /** `<log>/<partition>`: offsets count up within it. */
  readonly log: string;
  readonly offset: number;
}

/**
 * The text of a position, `<log>/<partition>/<offset>`. `log` names one life of the stream or topic: it is another one after
 * the stream was deleted and made anew, because offsets begin again then and would name other records.
 *
 * @param log `<log>/<partition>`
 */
export function positionOf(log: string, offset: number): string {
  return `${log}/${offset}`;
}

/** Takes a position apart at its last slash. An offset that is not a number becomes NaN. */
export function placeOf(position: string): RecordPlace {
  const cut = position.lastIndexOf('/');
  return { log: position.slice(0, cut), offset: Number(position.slice(cut + 1)) };
}
