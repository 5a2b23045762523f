import type { CompareOptions } from '../arguments.ts';
import type { Measurement, SystemName } from '../measurement.ts';
import type { System, SystemOptions } from '../system.ts';

/** What a work measures with, and where it says what it has found. */
export interface WorkContext {
  readonly options: CompareOptions;
  /** All systems, each with its open calls. They stay what they are for the next work. */
  standing(): Promise<readonly System[]>;
  /** Starts a system of its own, which the work has to end. Standing ones are ended before. */
  start(name: SystemName, options?: Pick<SystemOptions, 'pairs' | 'environment'>): Promise<System>;
  /** A place on the bus for a system that the work starts itself. */
  place(name: SystemName): Promise<Fresh>;
  record(measurement: Omit<Measurement, 'bus' | 'work'>): void;
}

/** A place on the bus for a system that is not started yet. */
export interface Fresh {
  readonly bus: 'nats' | 'kafka';
  readonly servers: string;
  readonly prefix: string;
  /** Of an adapter. */
  readonly settings: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

const WARM_UP_TRIPS = 10_000;

/** Lets Node compile what is used often, before anything is measured. */
export async function warmUp(system: System, options: CompareOptions): Promise<void> {
  await system.roundTrips({ pace: { underWay: underWayOver(options) }, until: { count: WARM_UP_TRIPS } });
}

export type Work = (context: WorkContext) => Promise<void>;

/** Commands that are on their way at a time where a system is to be busy: one of each call, and 1,000 at most. */
export function underWayOver({ calls }: CompareOptions): number {
  return Math.min(calls, 1_000);
}
