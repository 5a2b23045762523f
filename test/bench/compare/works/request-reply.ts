import { oneWayCommand } from '../../round-trips.ts';
import { quantileOf } from '../../statistics.ts';
import { turns } from '../../turns.ts';
import type { System } from '../system.ts';
import type { Work } from './work.ts';

/** How long one command takes when the next waits for it: a round trip, and on NATS a request that is answered with its outcome. */
export const requestReply: Work = async ({ options, standing, record }) => {
  const afterMs = (options.seconds * 1_000) / 2;
  for (const { one: system, round } of turns(await standing(), options.rounds)) {
    const by = { unit: 'ms', system: system.name, round };
    const { p50Ms } = await system.roundTrips({ pace: { underWay: 1 }, until: { afterMs } });
    record({ metric: 'round trip, one at a time, p50', ...by, value: p50Ms });
    const value = await requests(system, afterMs);
    if (value !== undefined) record({ metric: 'request and reply, one at a time, p50', ...by, value });
  }
};

/** @returns the median, ms; undefined where the bus has no requests */
async function requests({ calls, microservice: { request } }: System, forMs: number): Promise<number | undefined> {
  if (request === undefined) return undefined;
  const took: number[] = [];
  for (const startedAt = performance.now(); performance.now() - startedAt < forMs; ) {
    const askedAt = performance.now();
    const callSid = calls[took.length % calls.length] as string;
    await request(callSid, Buffer.from(oneWayCommand(`request ${took.length}`)));
    took.push(performance.now() - askedAt);
  }
  return quantileOf(Float64Array.from(took).sort(), 0.5);
}
