import type { CallEnd, HelloFrame } from '@jambus/link';
import { type Applications, createPrefixes, JambusError, prefixesOf } from '@jambus/schema';
import type { Logger } from '@jambus/telemetry';
import type { CallsState } from '../calls/call-registry.ts';
import type { ReportsState } from '../reports/report-outbox.ts';
import type { Tenant } from './tenant.ts';

export interface TenantsOptions {
  /** The applications that are kept apart; undefined: none are. */
  readonly applications: Applications | undefined;
  /** @param share the part of everything that has a bound which the tenant may use, from 0 to 1 */
  readonly create: (prefix: string | undefined, share: number) => Tenant;
  readonly logger: Logger;
}

/** The tenants of a gateway: one for each prefix, or one in all where no applications are kept apart. */
export interface Tenants extends Iterable<Tenant> {
  /** The one that a websocket path belongs to. */
  of(application: string): Tenant;
  /** The one that an adapter serves. @throws JambusError `link_refused` when no application has its prefix */
  servedBy(hello: HelloFrame): Tenant;
  /** Those without an adapter. */
  readonly unserved: readonly Tenant[];
  /** The calls of all of them. */
  readonly calls: CallsState;
  /** What waits for the bus in all of them. */
  readonly reports: ReportsState;
  /** Adapters that are linked. */
  readonly linked: number;
  /** How many calls have left so far, by reason. */
  left(): Record<CallEnd, number>;
}

export function createTenants({ applications, create, logger }: TenantsOptions): Tenants {
  const prefixes = applications === undefined ? [undefined] : prefixesOf(applications);
  const tenants = prefixes.map((prefix) => create(prefix, 1 / prefixes.length));
  const byPrefix = new Map(tenants.map((tenant) => [tenant.prefix, tenant]));
  const prefixOf = applications === undefined ? () => undefined : createPrefixes(applications);
  let firstPrefix: string | undefined;
  /** The log says that adapters are on several buses, which nothing keeps apart. */
  let isMixed = false;

  const noteMixture = (prefix: string | undefined): void => {
    firstPrefix ??= prefix;
    if (isMixed || prefix === firstPrefix || prefix === undefined) return;
    isMixed = true;
    const what = 'adapters with different prefixes share all calls: JAMBUS_APPLICATIONS says which calls are for which';
    logger.warn({ prefixes: [firstPrefix, prefix] }, what);
  };

  const tenantWith = (prefix: string | undefined): Tenant => {
    const tenant = byPrefix.get(prefix);
    if (tenant === undefined) throw new JambusError('internal', `no tenant with the prefix ${prefix}`);
    return tenant;
  };

  const sum = (of: (tenant: Tenant) => number): number => tenants.reduce((total, tenant) => total + of(tenant), 0);
  const most = (of: (tenant: Tenant) => number): number => Math.max(...tenants.map(of));

  return {
    of: (application) => tenantWith(prefixOf(application)),
    servedBy({ prefix }) {
      if (applications === undefined) {
        noteMixture(prefix);
        return tenantWith(undefined);
      }
      // An adapter that does not name one is older than this, and serves what nobody keeps for himself.
      const tenant = byPrefix.get(prefix ?? applications.default);
      if (tenant !== undefined) return tenant;
      const what = `the gateway's JAMBUS_APPLICATIONS gives no application to the prefix ${prefix}`;
      throw new JambusError('link_refused', what);
    },
    get unserved() {
      return tenants.filter(({ party }) => party.links.linked === 0);
    },
    calls: {
      get size() {
        return sum(({ calls }) => calls.size);
      },
      get away() {
        return sum(({ calls }) => calls.away);
      },
      get heldCommands() {
        return sum(({ calls }) => calls.heldCommands);
      },
      *[Symbol.iterator]() {
        for (const { calls } of tenants) yield* calls;
      },
    },
    reports: {
      get congested() {
        return tenants.every(({ outbox }) => outbox.congested);
      },
      get pending() {
        return sum(({ outbox }) => outbox.pending);
      },
      get pendingBytes() {
        return sum(({ outbox }) => outbox.pendingBytes);
      },
      get windowFill() {
        return most(({ outbox }) => outbox.windowFill);
      },
      get bufferFill() {
        return most(({ outbox }) => outbox.bufferFill);
      },
    },
    get linked() {
      return sum(({ party }) => party.links.linked);
    },
    left() {
      const left: Record<CallEnd, number> = { moved: 0, ended: 0, lost: 0 };
      for (const { host } of tenants) {
        left.moved += host.left.moved;
        left.ended += host.left.ended;
        left.lost += host.left.lost;
      }
      return left;
    },
    [Symbol.iterator]: () => tenants.values(),
  };
}
