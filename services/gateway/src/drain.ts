import { setTimeout as sleep } from 'node:timers/promises';
import type { CallEnd } from '@jambus/link';
import type { Logger } from '@jambus/telemetry';
import type { CallsState } from './calls/call-registry.ts';
import { drainPace } from './drain-pace.ts';
import type { ReportsState } from './reports/report-outbox.ts';

/** How far a drain has come; all zero before it begins. */
export interface DrainProgress {
  /** Calls there were when it began. */
  calls: number;
  /** Of them, those that were asked to go elsewhere. */
  asked: number;
}

export interface DrainOptions {
  readonly calls: CallsState;
  readonly reports: Pick<ReportsState, 'pending'>;
  /** How many calls have left this gateway so far, by reason. */
  readonly left: () => Readonly<Record<CallEnd, number>>;
  /** The time for all of it, in ms. */
  readonly timeMs: number;
  /** Kept up to date while it goes on. */
  readonly progress: DrainProgress;
  readonly logger: Logger;
}

/** Time between two looks at what is left, and between two groups of calls. */
const STEP_MS = 50;

/**
 * Moves every call away: closes its websocket so that jambonz opens the next one elsewhere. They go one after the other over
 * the time there is, since whoever takes them has to take them all. Returns when every call has gone and every event is on the
 * bus, or time is up.
 */
export async function drain({ calls, reports, left, timeMs, progress, logger }: DrainOptions): Promise<void> {
  const start = performance.now();
  const elapsed = () => performance.now() - start;
  const before = { ...left() };
  const moving = [...calls];
  progress.calls = moving.length;
  const pace = drainPace(moving.length, timeMs);
  logger.info({ calls: moving.length, perSecond: pace.perSecond, timeMs }, 'draining');
  for (let moved = 0; moved < moving.length; await sleep(STEP_MS)) {
    const due = pace.due(elapsed());
    for (const call of moving.slice(moved, due)) call.move();
    moved = due;
    progress.asked = moved;
  }
  while ((calls.size > 0 || reports.pending > 0) && elapsed() < timeMs) await sleep(STEP_MS);
  const after = left();
  const report = {
    moved: after.moved - before.moved,
    ended: after.ended - before.ended,
    lost: after.lost - before.lost,
    ms: Math.round(elapsed()),
  };
  if (calls.size === 0 && reports.pending === 0) logger.info(report, 'drained');
  else {
    const behind = { callsLeft: calls.size, eventsLeft: reports.pending };
    logger.error({ ...report, ...behind }, 'drain ran out of time: calls or events are left behind');
  }
}
