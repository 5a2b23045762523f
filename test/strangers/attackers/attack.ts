import type { AttackTarget } from './raw-websocket.ts';

/** What an attacker has done so far. */
export interface AttackTally {
  /** Connections or websockets that it has opened. */
  opened: number;
  /** Those that it has now. */
  held: number;
  bytes: number;
  /** What it was after, and got: calls taken over, calls opened. */
  won: number;
}

export interface AttackOptions extends AttackTarget {
  /** Connections at a time. */
  readonly width: number;
  /** Calls that it knows of. */
  readonly callSids: readonly string[];
  /** The account that it says it is. */
  readonly account: string;
  /** Length of the ids that it gives its messages. */
  readonly msgidLength: number;
}

/** Attacks at full speed until `signal` aborts. */
export type Attack = (options: AttackOptions, tally: AttackTally, signal: AbortSignal) => Promise<void>;

/** Repeats `once` side by side, `width` times, until `signal` aborts. A turn is left to others in between. */
export async function sideBySide(width: number, signal: AbortSignal, once: () => Promise<void>): Promise<void> {
  const worker = async (): Promise<void> => {
    while (!signal.aborted) {
      await once();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}
