import type { Check } from '../admin/reports.ts';
import { isPrimaryMessage, type WorkerMessage } from './messages.ts';

/** The other workers of a service that runs as several processes, as one of them sees them. */
export interface Peers {
  /** Whether all of them are ready; part of the readiness of each, as they are behind one port. */
  check(): Check;
  /** Tells them whether this one is ready. Told again and again, it sends what is new. */
  tell(ready: boolean): void;
}

/**
 * @param onStop the service has to stop
 */
export function joinPeers(onStop: () => void): Peers {
  let told: boolean | undefined;
  let ready = 0;
  let count = 0;
  process.on('message', (message: unknown) => {
    if (!isPrimaryMessage(message)) return;
    if (message.jambus === 'stop') onStop();
    else ({ ready, count } = message);
  });
  return {
    check: () => ({ ok: count > 0 && ready === count, detail: `${ready} of ${count} ready` }),
    tell(isReady) {
      if (isReady === told) return;
      told = isReady;
      const message: WorkerMessage = { jambus: 'ready', ready: isReady };
      // Without the other end this process is about to end.
      process.send?.(message, undefined, undefined, () => {});
    },
  };
}
