import type { Command } from '../commands/command.ts';
import { isJsonObject } from '../wire/json.ts';

/** Finds the running number of a command within its call; undefined for commands that carry none. */
export type OrderNumber = (command: Command) => number | undefined;

/**
 * The number as a load generator of ours writes it: behind a `#` at the end of the first verb's id (`say#17`), which every
 * verb accepts, or as `data.order` of commands without verbs.
 */
export function orderNumberOf({ data }: Command): number | undefined {
  if (Array.isArray(data)) return numberInId(data[0]);
  const order = isJsonObject(data) ? data['order'] : undefined;
  return typeof order === 'number' ? order : undefined;
}

function numberInId(verb: unknown): number | undefined {
  if (!isJsonObject(verb)) return undefined;
  const [inner] = Object.values(verb);
  const id = verb['id'] ?? (isJsonObject(inner) ? inner['id'] : undefined);
  const digits = typeof id === 'string' ? /#(\d+)$/.exec(id)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

/** What was wrong with the numbers of the commands. */
export interface OrderFaults {
  /** A command with a smaller number than one before it. */
  outOfOrder: number;
  /** A command with the same number as the one before it. */
  repeated: number;
  /** Numbers that were skipped. */
  missing: number;
}

/** Watches the numbers of one call's commands, which count up by one, and adds what is wrong to `faults`. */
export class OrderCheck {
  readonly #faults: OrderFaults;
  #last: number | undefined;

  constructor(faults: OrderFaults) {
    this.#faults = faults;
  }

  see(order: number): void {
    const last = this.#last;
    if (last === undefined) {
      this.#last = order;
      return;
    }
    if (order === last) this.#faults.repeated += 1;
    else if (order < last) this.#faults.outOfOrder += 1;
    else {
      this.#faults.missing += order - last - 1;
      this.#last = order;
    }
  }
}
