/** Keeps peers from filling the log: of one kind so many lines in a while, and then a count of those that were left out. */
export interface LineLimit {
  /**
   * Writes a line, or counts it.
   *
   * @param kind lines that count together; a closed set, never what a peer says
   * @param write writes the line
   */
  line(kind: string, write: () => void): void;
  /** Tells what was left out so far, and writes nothing more. */
  close(): void;
}

export interface LineLimitOptions {
  /** Lines of a kind that are written in the time. */
  readonly lines: number;
  /** The time, ms. */
  readonly everyMs: number;
  /** Told at the end of the time how many lines of the kind were left out in it. */
  readonly onLeftOut: (kind: string, count: number) => void;
}

interface Tally {
  written: number;
  leftOut: number;
}

export function createLineLimit({ lines, everyMs, onLeftOut }: LineLimitOptions): LineLimit {
  const tallies = new Map<string, Tally>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const tell = (): void => {
    timer = undefined;
    const ended = [...tallies];
    tallies.clear();
    for (const [kind, { leftOut }] of ended) if (leftOut > 0) onLeftOut(kind, leftOut);
  };

  return {
    line(kind, write) {
      if (closed) return;
      if (timer === undefined) {
        timer = setTimeout(tell, everyMs);
        timer.unref();
      }
      let tally = tallies.get(kind);
      if (tally === undefined) {
        tally = { written: 0, leftOut: 0 };
        tallies.set(kind, tally);
      }
      if (tally.written < lines) {
        tally.written++;
        write();
      } else tally.leftOut++;
    },
    close() {
      clearTimeout(timer);
      tell();
      closed = true;
    },
  };
}
