import type { WorkName } from '../work-names.ts';
import { backlog } from './backlog.ts';
import { calls } from './calls.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { oneWay } from './one-way.ts';
import { processes } from './processes.ts';
import { requestReply } from './request-reply.ts';
import { roundTrip } from './round-trip.ts';
import { setUp } from './set-up.ts';
import { startUp } from './start-up.ts';
import type { Work } from './work.ts';

export const WORKS: Readonly<Record<WorkName, Work>> = {
  'round-trip': roundTrip,
  'one-way': oneWay,
  latency,
  'set-up': setUp,
  'request-reply': requestReply,
  backlog,
  calls,
  memory,
  processes,
  'start-up': startUp,
};
export * from './work.ts';
