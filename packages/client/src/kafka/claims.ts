import { Wakers } from '@jambus/bus/waiting';
import { JambusError } from '@jambus/schema';
import type { Claim, ClaimOptions, Claims } from '../calls/claims.ts';
import { callsWork } from './calls-work.ts';
import { type Readers, readShared } from './subscriptions.ts';

/** Calls of a durable name, which is a consumer group: whoever has the partition of a call has the call. */
export function kafkaClaims(readers: Readers, { durable: name, application }: ClaimOptions): Claims {
  const { closed, onTrouble } = readers;
  const stop = new AbortController();
  const arrivals = new Wakers();
  let waiting: Claim[] = [];
  let failure: JambusError | undefined;

  const onClaim = (claim: Claim): void => {
    waiting.push(claim);
    arrivals.wake();
  };
  const end = (): void => {
    stop.abort();
    arrivals.wake();
  };
  const work = callsWork({ application, onClaim, onTrouble });
  const begun = readShared(readers, { name, filter: 'calls', work }, stop.signal);
  /** Never rejects. */
  const live = async (): Promise<void> => {
    try {
      await (await begun).ended;
    } catch (error) {
      if (!stop.signal.aborted) failure = JambusError.from(error);
    }
    closed.removeEventListener('abort', end);
    end();
  };
  closed.addEventListener('abort', end);
  if (closed.aborted) end();
  const ended = live();

  return {
    ready: async () => {
      const { placed } = await begun;
      await Promise.race([placed, ended]);
      if (failure !== undefined) throw failure;
    },
    next: async () => {
      for (;;) {
        const claim = waiting.shift();
        if (claim !== undefined && !stop.signal.aborted) return claim;
        if (failure !== undefined) throw failure;
        if (stop.signal.aborted) return undefined;
        await arrivals.wait();
      }
    },
    // New calls go on coming with the events of those that are still served: they are begun here, and handed over with the others.
    end: () => {},
    close: async () => {
      waiting = [];
      end();
      await ended;
    },
  };
}
