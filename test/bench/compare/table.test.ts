import { jsonLine, type Measurement, type SystemName } from './measurement.ts';
import { markdownTable } from './table.ts';

function measurement(system: SystemName, round: number, value: number, metric = 'CPU', unit = 'µs'): Measurement {
  return { bus: 'nats', work: 'round-trip', metric, unit, system, round, value };
}

function rows(measurements: readonly Measurement[]): string[][] {
  const lines = markdownTable(measurements).split('\n');
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the table', () => {
  test('has the median and the spread of each system, and ratios of the same round', () => {
    const table = rows([
      measurement('jambus', 1, 50),
      measurement('raw', 1, 40),
      // Twice the noise for both.
      measurement('raw', 2, 80),
      measurement('jambus', 2, 100),
      measurement('jambus', 3, 45),
      measurement('raw', 3, 50),
    ]);
    expect(table).toEqual([
      ['', 'jambus', 'raw', 'jambus / raw'],
      ['---', '---:', '---:', '---:'],
      ['CPU, µs', '50.0 (45.0–100)', '50.0 (40.0–80.0)', '1.25 (0.90–1.25)'],
    ]);
  });

  test('has a row for each metric, in the order in which they were measured', () => {
    const table = rows([
      measurement('jambus', 1, 2, 'latency', 'ms'),
      measurement('jambus', 1, 12_345.6, 'rate', '1/s'),
      measurement('jambus', 2, 4, 'latency', 'ms'),
    ]);
    expect(table.slice(2)).toEqual([
      ['latency, ms', '3.00 (2.00–4.00)'],
      ['rate, 1/s', '12,346'],
    ]);
  });

  test('has a dash where a system was not measured', () => {
    const table = rows([
      measurement('jambus', 1, 10),
      measurement('documented', 1, 20),
      measurement('jambus', 1, 10, 'many calls'),
    ]);
    expect(table.at(-1)).toEqual(['many calls, µs', '10.0', '–', '–']);
  });
});

test('a line of JSON has the measurement and the versions of what was measured', () => {
  const line = jsonLine(measurement('expert', 2, 51.234567), { node: '20.20.2', broker: 'NATS 2.15.2' });
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({
    ...measurement('expert', 2, 51.2346),
    versions: { node: '20.20.2', broker: 'NATS 2.15.2' },
  });
});
