import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@jambus/telemetry';
import type { CallRegistry } from './calls/call-registry.ts';
import type { EventOutbox } from './events/event-outbox.ts';

export interface DrainOptions {
  readonly calls: CallRegistry;
  readonly outbox: EventOutbox;
  /** The time for all of it, in ms. */
  readonly drainMs: number;
  readonly logger: Logger;
}

/** Time between two looks at what is left, and between two groups of calls. */
const STEP_MS = 50;

/** Share of the time in which the calls are asked to move; the rest is for their last events. */
const MOVING_SHARE = 0.6;

/**
 * Moves every call away: closes its websocket so that jambonz opens the next one elsewhere. They go in small groups, since
 * whoever takes them has to take them all. Returns when every call has gone and every event is on the bus, or time is up.
 */
export async function drain({ calls, outbox, drainMs, logger }: DrainOptions): Promise<void> {
  const deadline = performance.now() + drainMs;
  const moving = [...calls];
  const groups = Math.max(1, Math.floor((drainMs * MOVING_SHARE) / STEP_MS));
  const groupSize = Math.max(1, Math.ceil(moving.length / groups));
  logger.info({ calls: moving.length, perSecond: (groupSize * 1000) / STEP_MS, drainMs }, 'draining');
  for (let at = 0; at < moving.length; at += groupSize) {
    for (const call of moving.slice(at, at + groupSize)) call.move();
    await sleep(STEP_MS);
  }
  while ((calls.size > 0 || outbox.pending > 0) && performance.now() < deadline) await sleep(STEP_MS);
  const left = { calls: calls.size, events: outbox.pending };
  if (left.calls > 0 || left.events > 0) logger.error(left, 'drain ran out of time: calls or events are left behind');
  else logger.info({ calls: moving.length }, 'drained');
}
