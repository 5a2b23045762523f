import { type Attributes, type OtlpAttribute, readAttributes } from './read-attributes.ts';

/** One point of a metric as a collector gets it. */
export interface ReceivedMetric {
  readonly name: string;
  readonly service: string;
  readonly attributes: Attributes;
  /** Of a histogram: how many measurements. */
  readonly value: number;
}

interface OtlpPoint {
  readonly attributes?: readonly OtlpAttribute[];
  readonly asDouble?: number;
  readonly asInt?: number | string;
  readonly count?: number | string;
}

interface OtlpMetric {
  readonly name: string;
  readonly sum?: { readonly dataPoints: readonly OtlpPoint[] };
  readonly gauge?: { readonly dataPoints: readonly OtlpPoint[] };
  readonly histogram?: { readonly dataPoints: readonly OtlpPoint[] };
}

interface ExportMetrics {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
  }[];
}

/** The points of an ExportMetricsServiceRequest. */
export function readMetrics(body: unknown): ReceivedMetric[] {
  return (body as ExportMetrics).resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
    const service = String(readAttributes(resource.attributes)['service.name']);
    return scopeMetrics.flatMap(({ metrics }) => metrics.flatMap((metric) => pointsOf(metric, service)));
  });
}

function pointsOf({ name, sum, gauge, histogram }: OtlpMetric, service: string): ReceivedMetric[] {
  return ((sum ?? gauge ?? histogram)?.dataPoints ?? []).map(({ attributes = [], asDouble, asInt, count }) => ({
    name,
    service,
    attributes: readAttributes(attributes),
    value: Number(asDouble ?? asInt ?? count),
  }));
}
