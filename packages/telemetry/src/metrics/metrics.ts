import type { LabelValues } from './label-sets.ts';

/** Counts upwards. Adding is an addition and nothing else; a reader comes for the number when it collects. */
export interface CounterHandle {
  /** @param n how many, 1 when left out; never negative */
  add(n?: number): void;
}

/** Takes single measurements. */
export interface HistogramHandle {
  record(value: number): void;
}

/** A metric with labels: get the handle of a label set once where it is hot, it is always the same object. */
export interface Labelled<Label extends string, Handle> {
  labels(values: LabelValues<Label>): Handle;
}

/** One value of a gauge with the labels it has. */
export type GaugeReading = readonly [labels: Readonly<Record<string, string>>, value: number];

export interface MetricOptions {
  /** snake_case with the unit at its end, as Prometheus names metrics: `jambus_commands_total`, `jambus_delivery_seconds`. */
  readonly name: string;
  /** What it counts or measures, in one sentence. */
  readonly help: string;
  /** UCUM unit for OpenTelemetry (`s`, `By`), left out for plain counts. */
  readonly unit?: string;
}

export interface LabelledCounterOptions<Label extends string> extends MetricOptions {
  readonly labels: readonly Label[];
  /**
   * Values that are there with 0 from the start. Without them Prometheus misses the first of each: what was not there before
   * it was 1 has not increased.
   */
  readonly known?: readonly LabelValues<Label>[];
}

export interface HistogramOptions extends MetricOptions {
  /** Upper bounds of the buckets, ascending; `SECONDS_BUCKETS` when left out. */
  readonly buckets?: readonly number[];
}

/** Bounds for durations in seconds, from half a millisecond to jambonz' patience and a bit. */
export const SECONDS_BUCKETS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** @param startedAt as `performance.now()` gave it */
export function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}

/** The metrics of one service. Each instance stands by itself; nothing global is touched. */
export interface Metrics {
  /** Declaring the same counter again gives the same one. Names end in `_total`. */
  counter(options: MetricOptions): CounterHandle;
  counter<const Label extends string>(options: LabelledCounterOptions<Label>): Labelled<Label, CounterHandle>;
  /** Read at collection only. Declared once: two readers of one name would hide each other. */
  gauge(name: string, help: string, read: () => number | Iterable<GaugeReading>, unit?: string): void;
  /** Durations are in seconds. Declaring the same histogram again gives the same one. */
  histogram(options: HistogramOptions): HistogramHandle;
  histogram<const Label extends string>(
    options: HistogramOptions & { readonly labels: readonly Label[] },
  ): Labelled<Label, HistogramHandle>;
  /** All of them in the text format of Prometheus, version 0.0.4. */
  prometheus(): Promise<string>;
  shutdown(): Promise<void>;
}
