import type { Leases } from '../../src/drivers/nats/sharing/leases.ts';

/** Leases on a server that is the test. */
export interface LeaseServer {
  /** Who holds which key. */
  readonly holders: ReadonlyMap<string, string>;
  /** How often keys were written. */
  writes(): number;
  leasesOf(owner: string): Leases;
  /** Writes under way wait until this is called. @returns lets them go on, in their order */
  stall(): () => void;
}

export function leaseServer(leaseMs: number): LeaseServer {
  const keys = new Map<string, { readonly owner: string; readonly revision: number }>();
  let revisions = 0;
  let writes = 0;
  let stalled: Promise<void> = Promise.resolve();
  const write = (key: string, owner: string): number => {
    writes++;
    keys.set(key, { owner, revision: ++revisions });
    return revisions;
  };
  return {
    get holders() {
      return new Map([...keys].map(([key, { owner }]) => [key, owner]));
    },
    writes: () => writes,
    leasesOf: (owner) => ({
      leaseMs,
      acquire: async (key) => {
        await stalled;
        const found = keys.get(key);
        return found === undefined || found.owner === owner ? write(key, owner) : undefined;
      },
      renew: async (key) => {
        await stalled;
        return keys.get(key)?.owner === owner ? write(key, owner) : undefined;
      },
      release: async (key, revision) => {
        if ((keys.get(key)?.revision ?? Number.POSITIVE_INFINITY) <= revision) keys.delete(key);
      },
      held: async () => [...keys.keys()],
    }),
    stall: () => {
      let goOn = () => {};
      stalled = new Promise((resolve) => {
        goOn = resolve;
      });
      return goOn;
    },
  };
}
