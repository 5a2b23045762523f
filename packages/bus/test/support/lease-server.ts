import type { Leases } from '../../src/drivers/nats/sharing/leases.ts';

/** Leases on a server that is the test. */
export interface LeaseServer {
  /** Who holds which key. */
  readonly holders: ReadonlyMap<string, string>;
  /** How often keys were written. */
  writes(): number;
  leasesOf(owner: string): Leases;
  /** Keys are written, but the answers wait. @returns lets them go */
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
        const found = keys.get(key);
        const revision = found === undefined || found.owner === owner ? write(key, owner) : undefined;
        await stalled;
        return revision;
      },
      renew: async (key) => {
        const revision = keys.get(key)?.owner === owner ? write(key, owner) : undefined;
        await stalled;
        return revision;
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
