import { JambusError } from '@jambus/schema';
import type { Attributes, Meter, MeterProvider as Meters, ObservableResult } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { type HistogramMetricData, MeterProvider } from '@opentelemetry/sdk-metrics';
import { VERSION } from '../version.ts';
import { LabelSets, MOST_LABEL_SETS, OTHER } from './label-sets.ts';
import {
  type CounterHandle,
  type GaugeReading,
  type HistogramHandle,
  type HistogramOptions,
  type Labelled,
  type LabelledCounterOptions,
  type MetricOptions,
  type Metrics,
  SECONDS_BUCKETS,
} from './metrics.ts';
import { histogramData, OwnHistogram } from './own-histogram.ts';
import { PullReader } from './pull-reader.ts';

export interface MetricsSettings {
  /** Name of the service, a label of `jambus_build_info`. */
  readonly service: string;
  /** Version of the service; that of jambus when left out. */
  readonly version?: string;
  /** Where everything is declared as well, to be pushed from there. */
  readonly pushed?: Meters | undefined;
  /** Told what a gauge threw while it was read; the other metrics are not affected. */
  readonly onError?: (error: unknown) => void;
}

/** Makes the metrics of a service on the OpenTelemetry SDK, with `jambus_build_info` among them. */
export function createMetrics(settings: MetricsSettings): Metrics {
  const metrics = new OpenTelemetryMetrics(settings);
  const build = { service: settings.service, version: settings.version ?? VERSION };
  metrics.gauge('jambus_build_info', 'Always 1; the labels say what runs.', () => [[build, 1]]);
  return metrics;
}

type Labels = { readonly labels?: readonly string[] };

const SCOPE = 'jambus';
const NAME = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/;

class OpenTelemetryMetrics implements Metrics {
  readonly #pull = new PullReader();
  /** Without scope and target labels: they would be the same on every line. */
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  readonly #provider: MeterProvider;
  /** Whoever reads them, they are the same numbers. */
  readonly #meters: readonly Meter[];
  /** One of them, where somebody wants to have them pushed. */
  readonly #pushed: Meter | undefined;
  /** Our own histograms, as they are now; the SDK has them only for those who want them pushed. */
  readonly #histograms: (() => HistogramMetricData | undefined)[] = [];
  readonly #onError: (error: unknown) => void;
  readonly #declared = new Map<string, { readonly form: string; readonly metric: unknown }>();

  constructor(settings: MetricsSettings) {
    this.#provider = new MeterProvider({ readers: [this.#pull] });
    const version = settings.version ?? VERSION;
    const pulled = this.#provider.getMeter(SCOPE, version);
    this.#pushed = settings.pushed?.getMeter(SCOPE, version);
    this.#meters = this.#pushed === undefined ? [pulled] : [pulled, this.#pushed];
    this.#onError = settings.onError ?? (() => undefined);
  }

  counter(options: MetricOptions): CounterHandle;
  counter<const Label extends string>(options: LabelledCounterOptions<Label>): Labelled<Label, CounterHandle>;
  counter(
    options: MetricOptions & Partial<LabelledCounterOptions<string>>,
  ): CounterHandle | Labelled<string, CounterHandle> {
    if (!options.name.endsWith('_total')) throw unusable(options.name, 'the name of a counter ends in _total');
    return this.#declare('counter', options, () => {
      const sets = new LabelSets(options.labels ?? [], (attributes) => new Count(attributes));
      for (const values of options.known ?? []) sets.get(values);
      const observe = (result: ObservableResult): void => {
        for (const count of sets) result.observe(count.value, count.attributes);
      };
      for (const meter of this.#meters)
        meter.createObservableCounter(options.name, described(options)).addCallback(observe);
      return offered(options, sets);
    });
  }

  gauge(name: string, help: string, read: () => number | Iterable<GaugeReading>, unit?: string): void {
    if (this.#declared.has(name)) throw unusable(name, 'it is declared already');
    this.#declare('gauge', { name, help }, () => {
      const observe = (result: ObservableResult): void => {
        const readings = read();
        if (typeof readings === 'number') result.observe(readings);
        else for (const [labels, value] of bounded(readings)) result.observe(value, labels);
      };
      const options = described({ name, help, ...(unit !== undefined && { unit }) });
      for (const meter of this.#meters) meter.createObservableGauge(name, options).addCallback(observe);
      return observe;
    });
  }

  histogram(options: HistogramOptions): HistogramHandle;
  histogram<const Label extends string>(
    options: HistogramOptions & { readonly labels: readonly Label[] },
  ): Labelled<Label, HistogramHandle>;
  histogram(options: HistogramOptions & Labels): HistogramHandle | Labelled<string, HistogramHandle> {
    return this.#declare('histogram', options, () => {
      const { name, help, unit = 's', buckets = SECONDS_BUCKETS } = options;
      const pushed = this.#pushed?.createHistogram(name, {
        ...described({ name, help, unit }),
        advice: { explicitBucketBoundaries: [...buckets] },
      });
      const own: OwnHistogram[] = [];
      const sets = new LabelSets<string, HistogramHandle>(options.labels ?? [], (attributes) => {
        const histogram = new OwnHistogram(buckets, attributes);
        own.push(histogram);
        if (pushed === undefined) return histogram;
        return {
          record(value) {
            histogram.record(value);
            pushed.record(value, attributes);
          },
        };
      });
      this.#histograms.push(() => histogramData({ name, description: help, unit }, own));
      return offered(options, sets);
    });
  }

  async prometheus(): Promise<string> {
    const { resourceMetrics, errors } = await this.#pull.collect();
    for (const error of errors) this.#onError(error);
    const metrics = this.#histograms.map((read) => read()).filter((data) => data !== undefined);
    const own = { scope: { name: SCOPE }, metrics };
    return this.#serializer.serialize({ ...resourceMetrics, scopeMetrics: [...resourceMetrics.scopeMetrics, own] });
  }

  async shutdown(): Promise<void> {
    await this.#provider.shutdown();
  }

  /** Makes a metric once; later declarations of the same form get the same one, of another form are a defect. */
  #declare<Metric>(kind: string, options: MetricOptions & Labels, make: () => Metric): Metric {
    const { name, labels } = options;
    if (!NAME.test(name)) throw unusable(name, 'names are snake_case, or those of OpenTelemetry with dots');
    const form = JSON.stringify([kind, labels]);
    const earlier = this.#declared.get(name);
    if (earlier === undefined) {
      const metric = make();
      this.#declared.set(name, { form, metric });
      return metric;
    }
    if (earlier.form !== form) throw unusable(name, 'it is declared with another kind or other labels');
    return earlier.metric as Metric; // Of the same form, so made by the same code.
  }
}

/** A number with its labels. */
class Count implements CounterHandle {
  value = 0;
  readonly attributes: Attributes;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  add(n = 1): void {
    this.value += n;
  }
}

/** With labels the caller picks a set, without there is only one. */
function offered<Handle>(options: Labels, sets: LabelSets<string, Handle>): Handle | Labelled<string, Handle> {
  return options.labels === undefined ? sets.get({}) : { labels: (values) => sets.get(values) };
}

function described(options: MetricOptions) {
  return { description: options.help, ...(options.unit !== undefined && { unit: options.unit }) };
}

/** The readings as they come, the ones too many added up under the label `other`. */
function* bounded(readings: Iterable<GaugeReading>): Generator<GaugeReading> {
  let seen = 0;
  let rest: GaugeReading | undefined;
  for (const reading of readings) {
    seen += 1;
    if (seen <= MOST_LABEL_SETS) {
      yield reading;
    } else {
      const labels = Object.fromEntries(Object.keys(reading[0]).map((label) => [label, OTHER]));
      rest = [labels, (rest?.[1] ?? 0) + reading[1]];
    }
  }
  if (rest !== undefined) yield rest;
}

function unusable(name: string, why: string): JambusError {
  return new JambusError('internal', `metric ${name} cannot be used: ${why}`);
}
