/** What is compared: jambus, and what people would write themselves. */
export const SYSTEMS = ['jambus', 'documented', 'expert', 'raw'] as const;
export type SystemName = (typeof SYSTEMS)[number];

/** Versions of what was measured, by name. */
export type Versions = Readonly<Record<string, string>>;

/** One figure of one system in one round. */
export interface Measurement {
  readonly bus: string;
  readonly work: string;
  /** What the figure is, for people, such as `CPU of a round trip`. */
  readonly metric: string;
  readonly unit: string;
  readonly system: SystemName;
  /** From 1. */
  readonly round: number;
  readonly value: number;
}

/** A measurement as a line of JSON, without the line's end. */
export function jsonLine(measurement: Measurement, versions: Versions): string {
  return JSON.stringify({ ...measurement, value: Number(measurement.value.toPrecision(6)), versions });
}
