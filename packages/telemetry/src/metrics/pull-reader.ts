import { AggregationTemporality, InstrumentType, MetricReader } from '@opentelemetry/sdk-metrics';

/**
 * A reader that collects only when asked to.
 *
 * Gauges are read as deltas: the SDK keeps every label set that a cumulative gauge ever had and goes on reporting its last
 * value, so a link that is gone would still look up, for ever. The Prometheus exporter's own reader is cumulative throughout.
 */
export class PullReader extends MetricReader {
  constructor() {
    super({
      aggregationTemporalitySelector: (instrument) =>
        instrument === InstrumentType.OBSERVABLE_GAUGE
          ? AggregationTemporality.DELTA
          : AggregationTemporality.CUMULATIVE,
    });
  }

  /** Nothing waits here. */
  protected override async onForceFlush(): Promise<void> {}

  /** Nothing is held. */
  protected override async onShutdown(): Promise<void> {}
}
