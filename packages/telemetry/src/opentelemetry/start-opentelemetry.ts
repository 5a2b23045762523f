import type { MeterProvider } from '@opentelemetry/api';
import type { Logger } from '../logger/index.ts';
import { NO_TRACING, type Tracing } from '../traces/index.ts';
import { requested } from './requested.ts';

export interface OpenTelemetryOptions {
  /** `gateway`; the service is `jambus-gateway` unless `OTEL_SERVICE_NAME` says otherwise. */
  readonly service: string;
  /** The variables of the process; of them only `OTEL_*` are looked at. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}

/** What of a process goes to a collector. */
export interface OpenTelemetry {
  readonly tracing: Tracing;
  /** Where metrics are to be declared, besides `/metrics`, to be pushed; undefined when they are not. */
  readonly meters: MeterProvider | undefined;
  /** Sends what is left, for as long as that takes within reason. Never rejects. */
  shutdown(): Promise<void>;
}

const OFF: OpenTelemetry = { tracing: NO_TRACING, meters: undefined, shutdown: async () => {} };

/**
 * Starts OpenTelemetry's SDK if the standard variables ask for it. If they do not, it is not even loaded: that alone takes a
 * fifth of a second and 25 MiB.
 */
export async function startOpenTelemetry(options: OpenTelemetryOptions): Promise<OpenTelemetry> {
  const wanted = requested(options.environment);
  if (!wanted.traces && !wanted.metrics) return OFF;
  const { startNodeSdk } = await import('./start-node-sdk.ts');
  return startNodeSdk(wanted, options);
}
