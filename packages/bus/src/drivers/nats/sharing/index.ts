export { type LeasesOptions, leasesIn } from './leases.ts';
export type * from './partition-lease.ts';
export * from './partition-share.ts';
