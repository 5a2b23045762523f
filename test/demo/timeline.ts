import pc from 'picocolors';
import type { Mark } from './checklist.ts';
import type { Description } from './describe.ts';

/** Prints what happens in a call, as it happens. */
export interface Timeline {
  /** Prints a line of at most 100 columns, with a tick if it completes a step. Minor things are left out. */
  add(description: Description, mark: Mark): void;
  /** Events on the bus that were left out. */
  readonly hiddenEvents: number;
  /** Since the beginning. */
  readonly elapsedMs: number;
}

/** Widths of the columns; what does not fit into the last one is cut. */
const TIME = 6;
const ROUTE = 'jambonz → gateway'.length;
const WHAT = 'session:new'.length;
const TEXT = 100 - (TIME + ROUTE + WHAT + 9);

/** A pause in the call that is worth an empty line. */
const PAUSE_MS = 200;

const COLOURS: Readonly<Record<string, (text: string) => string>> = {
  jambonz: pc.magenta,
  gateway: pc.blue,
  bus: pc.yellow,
  ivr: pc.green,
};

/** Begins now. @param write takes the text; it is in colour where standard output has it */
export function createTimeline(write: (text: string) => void): Timeline {
  const beganAt = performance.now();
  let lastMs = 0;
  let hiddenEvents = 0;

  const timeline: Timeline = {
    add(description, mark) {
      const { from, minor } = description;
      if (minor && mark === 'other') {
        if (from === 'bus') hiddenEvents += 1;
        return;
      }
      const { elapsedMs } = timeline;
      if (elapsedMs - lastMs > PAUSE_MS) write('\n');
      lastMs = elapsedMs;
      write(line(elapsedMs, description, mark === 'completes'));
    },
    get hiddenEvents() {
      return hiddenEvents;
    },
    get elapsedMs() {
      return performance.now() - beganAt;
    },
  };
  return timeline;
}

function line(atMs: number, { from, to, what, text }: Description, tick: boolean): string {
  const route = `${colour(from)} ${pc.dim('→')} ${colour(to)}`;
  const columns = [
    tick ? pc.green('✓') : ' ',
    pc.dim((atMs / 1000).toFixed(3).padStart(TIME)),
    route + ' '.repeat(Math.max(0, ROUTE - `${from} → ${to}`.length)),
    pc.bold(what.padEnd(WHAT)),
    text.length > TEXT ? `${text.slice(0, TEXT - 1)}…` : text,
  ];
  return `${columns.join('  ').trimEnd()}\n`;
}

function colour(party: string): string {
  return (COLOURS[party] ?? String)(party);
}
