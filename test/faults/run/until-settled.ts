import { setTimeout as delay } from 'node:timers/promises';
import type { FaultyBroker } from '../broker.ts';

const POLL_MS = 1_000;
const STILL_MS = 1_500;

/** Resolves when there are as many terminal results as commands, and when that does not come to be in time. */
export async function untilSettled(broker: FaultyBroker, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    const commands = (await broker.stored()).length;
    const results = await broker.read('results');
    const terminal = results.filter(({ headers }) => /\.(delivered|rejected)$/.test(headers['type'] ?? ''));
    const ids = new Set(terminal.map(({ headers }) => headers['id']));
    if (ids.size >= commands || Date.now() > until) return;
    await delay(POLL_MS);
  }
}

/** @returns what is left when time is over, or zero. @throws what a broker that is settling says until then */
export async function untilZero(count: () => Promise<number>, withinMs: number): Promise<number> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      const left = await count();
      if (left === 0 || Date.now() > until) return left;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await delay(POLL_MS);
  }
}

/** Resolves when nothing more comes on the channels of a broker, and when that does not come to be in time. */
export async function untilStill(broker: FaultyBroker, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  for (let last = -1; Date.now() < until; ) {
    const count = (await broker.read('events')).length + (await broker.read('results')).length;
    if (count === last) return;
    last = count;
    await delay(STILL_MS);
  }
}
