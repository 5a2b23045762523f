import { AdapterConfig, GatewayConfig, StandaloneConfig, variableName } from '@jambus/schema';

const SCHEMAS = { gateway: GatewayConfig, adapter: AdapterConfig, standalone: StandaloneConfig };

export type ServiceName = keyof typeof SCHEMAS;

/** Every setting of a service as the variable it is in the environment, with its default. */
export function settingsOf(service: ServiceName): ReadonlyMap<string, unknown> {
  const { properties } = SCHEMAS[service];
  return new Map(Object.entries(properties).map(([name, { default: preset }]) => [variableName(name), preset]));
}

/** The ports on which a service listens when nobody says otherwise, and the variables that would. */
export function portsOf(service: ServiceName): ReadonlyMap<number, string> {
  const ports = [...settingsOf(service)].filter(([name]) => /_(?:WEBSOCKET|LINK|ADMIN)_PORT$/.test(name));
  return new Map(ports.map(([name, preset]) => [Number(preset), name]));
}

/** After so long at the latest a service that was told to stop has ended, in ms. */
export function stopsWithinMs(service: ServiceName, environment: Readonly<Record<string, string>>): number {
  const drainMs = Number(environment['JAMBUS_DRAIN_MS'] ?? settingsOf(service).get('JAMBUS_DRAIN_MS'));
  return drainMs + STOP_MARGIN_MS;
}

/** What `packages/service` adds to the drain. */
const STOP_MARGIN_MS = 5_000;

/** Every word in a text that looks like a setting. */
export function settingsIn(text: string): string[] {
  return [...new Set(text.match(/\bJAMBUS_[A-Z0-9_]+/g) ?? [])];
}
