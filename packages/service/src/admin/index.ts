export * from './admin-server.ts';
export type { Check, HealthReport, ReadinessReport, Report } from './reports.ts';
export { refuseUpgrade, type UpgradeHandler } from './upgrades.ts';
