import { setTimeout as delay } from 'node:timers/promises';

/** Asks a broker once for something that its users cannot do without. Rejects where it does not do it now. */
export type Need = () => Promise<unknown>;

const ASK_EVERY_MS = 100;
/** An answer that takes longer may never come: a node that has died does not say so. */
const PATIENCE_MS = 1_000;

/** Asks for every need again and again, each at its own pace, until `end`. */
export class LongestNeed {
  readonly #ending = new AbortController();
  readonly #asking: Promise<void>[];
  #longestMs = 0;

  constructor(needs: readonly Need[]) {
    this.#asking = needs.map((need) => this.#ask(need));
  }

  /** @returns the longest time from when something was asked for until it was had, ms */
  async end(): Promise<number> {
    this.#ending.abort();
    await Promise.all(this.#asking);
    return this.#longestMs;
  }

  async #ask(need: Need): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const from = Date.now();
      while (!(await isHad(need)) && !this.#ending.signal.aborted) await delay(ASK_EVERY_MS);
      this.#longestMs = Math.max(this.#longestMs, Date.now() - from);
      await delay(ASK_EVERY_MS);
    }
  }
}

function isHad(need: Need): Promise<boolean> {
  const had = need().then(
    () => true,
    () => false,
  );
  return Promise.race([had, delay(PATIENCE_MS, false, { ref: false })]);
}
