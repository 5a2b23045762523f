import type { BusMessage } from '../port/index.ts';
import type { DeadLetter } from './dead-letter.ts';

/** A dead letter on its way. */
export interface Letter {
  readonly letter: DeadLetter;
  failures: number;
  /** What is left to try, since what came before has just been refused for good; undefined: all of it is. */
  smaller: BusMessage[] | undefined;
}
