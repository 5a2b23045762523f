import { type Spread, spreadOf } from '../statistics.ts';
import { type Measurement, SYSTEMS, type SystemName } from './measurement.ts';

const [JAMBUS, ...PEERS] = SYSTEMS;

/**
 * A Markdown table: a row for each metric in the order of the measurements, with the median of all rounds and their least and
 * greatest value, then what jambus takes of each peer. A ratio is formed in each round, since both had the same noise there.
 */
export function markdownTable(measurements: readonly Measurement[]): string {
  const metrics = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    const { metric } = measurement;
    metrics.set(metric, [...(metrics.get(metric) ?? []), measurement]);
  }
  const peers = PEERS.filter((peer) => measurements.some(({ system }) => system === peer));
  const systems = [JAMBUS, ...peers];
  const head = ['', ...systems, ...peers.map((peer) => `${JAMBUS} / ${peer}`)];
  const rows = [...metrics].map(([metric, all]) => {
    const unit = all[0]?.unit ?? '';
    const figures = systems.map((system) => cell(valuesOf(all, system), unit));
    const ratios = peers.map((peer) => cell(ratiosTo(all, peer), ''));
    return [`${metric}${unit === '' ? '' : `, ${unit}`}`, ...figures, ...ratios];
  });
  return [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function valuesOf(measurements: readonly Measurement[], system: SystemName): number[] {
  return measurements.filter((one) => one.system === system).map(({ value }) => value);
}

function ratiosTo(measurements: readonly Measurement[], peer: SystemName): number[] {
  const ours = measurements.filter(({ system }) => system === JAMBUS);
  return ours.flatMap(({ round, value }) => {
    const theirs = measurements.find((one) => one.system === peer && one.round === round);
    return theirs === undefined ? [] : [value / theirs.value];
  });
}

/** `12.3 (11.0–14.1)`; one value has no spread, none is a dash. */
function cell(values: readonly number[], unit: string): string {
  if (values.length === 0) return '–';
  const { median, min, max } = spreadOf(values);
  if (values.length === 1) return figure(median, unit);
  return `${figure(median, unit)} (${range({ median, min, max }, unit)})`;
}

function range({ min, max }: Spread, unit: string): string {
  return `${figure(min, unit)}–${figure(max, unit)}`;
}

/** Three digits that say something, more only of whole numbers. */
function figure(value: number, unit: string): string {
  if (unit === '') return value.toFixed(2);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
