import type { ReportLink } from './report.ts';
import type { ReportOutbox } from './report-outbox.ts';

export interface DeparturesOptions {
  readonly outbox: Pick<ReportOutbox, 'drain' | 'hasOtherThan'>;
  /** How long the last adapter is asked to stay, in ms, for a gateway that stops at the same time. */
  readonly lastStaysMs: number;
}

/**
 * Lets adapters go that stop. The last one stays a moment, and until the end when this gateway stops too: where everything
 * stops at the same time, nobody else could take what the calls say last. It waits no longer than its own time to stop.
 */
export interface Departures {
  /** The adapter stops. */
  leave(link: ReportLink): void;
  /** Another adapter is linked. */
  arrived(): void;
  /** The connection is gone. */
  gone(link: ReportLink): void;
  /** This gateway stops: whoever is still here stays. */
  stopping(): void;
  close(): void;
}

export function createDepartures({ outbox, lastStaysMs }: DeparturesOptions): Departures {
  /** Those that have been asked to stay, and when that is over. */
  const staying = new Map<ReportLink, NodeJS.Timeout>();
  let isStopping = false;

  const letGo = (link: ReportLink): void => {
    clearTimeout(staying.get(link));
    staying.delete(link);
    outbox.drain(link);
  };
  const clear = (): void => {
    for (const timer of staying.values()) clearTimeout(timer);
  };

  return {
    leave(link) {
      if (staying.has(link)) return;
      if (outbox.hasOtherThan(link)) letGo(link);
      else
        staying.set(
          link,
          setTimeout(() => isStopping || letGo(link), lastStaysMs),
        );
    },
    arrived() {
      for (const link of [...staying.keys()]) if (outbox.hasOtherThan(link)) letGo(link);
    },
    gone(link) {
      clearTimeout(staying.get(link));
      staying.delete(link);
    },
    stopping() {
      isStopping = true;
      clear();
    },
    close: clear,
  };
}
