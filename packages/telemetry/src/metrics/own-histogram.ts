import { type Attributes, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type HistogramMetricData,
} from '@opentelemetry/sdk-metrics';
import type { HistogramHandle } from './metrics.ts';

/**
 * A histogram with one set of labels, whose counts a reader comes for. The one of the SDK looks up the attributes and the
 * context of each measurement, and there are several for each message.
 */
export class OwnHistogram implements HistogramHandle {
  readonly #bounds: readonly number[];
  readonly #attributes: Attributes;
  /** How many are at or below each bound and above the one before it, and how many above the last. */
  readonly #counts: number[];
  readonly #startedAt: number;
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** @param bounds ascending */
  constructor(bounds: readonly number[], attributes: Attributes) {
    this.#bounds = bounds;
    this.#attributes = attributes;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
    this.#startedAt = Date.now();
  }

  /** What is no measurement (negative, not a number) is left out, as the SDK does. */
  record(value: number): void {
    if (!(value >= 0)) return;
    let at = 0;
    while (at < this.#bounds.length && value > (this.#bounds[at] as number)) at++;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Everything so far, in the form of the SDK; undefined while there is nothing. */
  read(): DataPoint<Histogram> | undefined {
    if (this.#count === 0) return undefined;
    return {
      startTime: timeOf(this.#startedAt),
      endTime: timeOf(Date.now()),
      attributes: this.#attributes,
      value: {
        buckets: { boundaries: [...this.#bounds], counts: [...this.#counts] },
        sum: this.#sum,
        min: this.#min,
        max: this.#max,
        count: this.#count,
      },
    };
  }
}

/** The sets of labels of one metric, as the SDK has it. Undefined while there is nothing to read. */
export function histogramData(
  descriptor: { readonly name: string; readonly description: string; readonly unit: string },
  histograms: Iterable<OwnHistogram>,
): HistogramMetricData | undefined {
  const dataPoints: DataPoint<Histogram>[] = [];
  for (const histogram of histograms) {
    const point = histogram.read();
    if (point !== undefined) dataPoints.push(point);
  }
  if (dataPoints.length === 0) return undefined;
  return {
    descriptor: { ...descriptor, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints,
  };
}

/** @param ms since the epoch */
function timeOf(ms: number): [seconds: number, nanoseconds: number] {
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1_000_000];
}
