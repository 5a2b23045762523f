/** What of OpenTelemetry the standard variables ask for. */
export interface Requested {
  readonly traces: boolean;
  /** Pushed; `/metrics` is there always. */
  readonly metrics: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * OpenTelemetry itself would send to a collector on this machine when nothing is set. A service that nobody has told of a
 * collector has none, so something has to be asked for: an exporter, or a place to send to.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function requested(environment: Environment): Requested {
  if (environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return { traces: false, metrics: false };
  return { traces: wanted(environment, 'TRACES'), metrics: wanted(environment, 'METRICS') };
}

function wanted(environment: Environment, signal: 'TRACES' | 'METRICS'): boolean {
  const exporters = (environment[`OTEL_${signal}_EXPORTER`] ?? '').split(',').map((name) => name.trim());
  if (exporters.includes('none')) return false;
  const places = ['OTEL_EXPORTER_OTLP_ENDPOINT', `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`];
  return exporters.some((name) => name !== '') || places.some((name) => (environment[name] ?? '').trim() !== '');
}
