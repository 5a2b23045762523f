import type { NatsLink } from '@jambus/bus/nats-connection';
import { type Backoff, backoffMs, pause, Wakers } from '@jambus/bus/waiting';
import { JambusError } from '@jambus/schema';

/** Opens again and again what does not outlive a connection or a server. */
export interface Reopening {
  /**
   * Tries until it works.
   *
   * @returns undefined when nobody wants it any more
   * @throws JambusError when the broker refuses for good
   */
  again<Opened>(open: () => Promise<Opened>): Promise<Opened | undefined>;
  /** What was opened last has been of use: the next time is not put off. */
  worked(): void;
  /** Idempotent. */
  close(): void;
}

const RETRIES: Backoff = { firstMs: 100, maxMs: 2_000 };

/** @param signal aborts when nobody wants it any more */
export function createReopening(link: NatsLink, signal: AbortSignal): Reopening {
  const connections = new Wakers();
  const close = link.listen(({ kind }) => {
    if (kind === 'connected') connections.wake();
  });
  let failures = 0;
  return {
    again: async (open) => {
      for (;;) {
        if (link.connected()) await pause(backoffMs(++failures, RETRIES), signal);
        else await connections.wait(signal);
        if (signal.aborted) return undefined;
        if (!link.connected()) continue;
        try {
          return await open();
        } catch (error) {
          const known = JambusError.from(error);
          if (!known.retryable) throw known;
          link.onTrouble(known);
        }
      }
    },
    worked: () => {
      failures = 0;
    },
    close,
  };
}
