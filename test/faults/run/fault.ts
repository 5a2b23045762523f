import type { FaultyBroker } from '../broker.ts';
import type { Disturbances } from './disturbances.ts';

/** Something that happens in the middle of a load. */
export interface Fault<B extends FaultyBroker = FaultyBroker> {
  readonly name: string;
  /** Left out: two. */
  readonly gateways?: number;
  /** Resolves when it is over. */
  happen(to: Disturbances<B>): Promise<void>;
}
