import type { Tally } from '../tally.ts';

/** How many message ids are remembered. */
const MAX_REMEMBERED = 16;

/** The message ids nobody waits for any more, to tell late acks from repeated and unknown ones. */
export class SettledAcks {
  readonly #settled = new Map<string, 'answered' | 'given up'>();

  add(msgid: string, how: 'answered' | 'given up'): void {
    this.#settled.set(msgid, how);
    if (this.#settled.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#settled.keys();
    if (oldest !== undefined) this.#settled.delete(oldest);
  }

  /** Counts an ack that has no effect; gives back what is odd about it. */
  countOdd(msgid: string, tally: Tally): string {
    const earlier = this.#settled.get(msgid);
    if (earlier === 'answered') {
      tally.acksDuplicate += 1;
      return `second ack for ${msgid}`;
    }
    if (earlier === 'given up') {
      tally.acksLate += 1;
      return `late ack for ${msgid}: nobody waits for it any more`;
    }
    tally.acksUnknown += 1;
    return `ack for unknown msgid ${msgid}`;
  }
}
