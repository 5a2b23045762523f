import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { REPOSITORY } from '../../fixtures/repository.ts';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
}

/** What others than jambus count. */
const FOREIGN = ['up', 'jetstream_consumer_num_pending'];

let alerts: readonly Alert[];
let query: string;
let metrics: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  const components = join(REPOSITORY, 'deploy/kubernetes/components');
  const rules: { spec: { groups: { rules: Alert[] }[] } } = parse(
    await readFile(join(components, 'monitoring/rules.yaml'), 'utf8'),
  );
  alerts = rules.spec.groups.flatMap((group) => group.rules);
  const scaled: { spec: { triggers: { metadata: { query: string } }[] } } = parse(
    await readFile(join(components, 'keda-nats/scaled-object.yaml'), 'utf8'),
  );
  query = scaled.spec.triggers.map(({ metadata }) => metadata.query).join('\n');
  metrics = await countedMetrics();
});

test('every expression is one of PromQL', () => {
  for (const expression of [...alerts.map(({ expr }) => expr), query])
    expect([expression, faultsIn(expression)]).toEqual([expression, []]);
  expect(faultsIn('sum(rate(x[5m]) > 1')).not.toEqual([]);
});

test('every metric in them is one that a service counts, by labels that it has', () => {
  expect(metrics.size).toBeGreaterThan(20);
  for (const expression of [...alerts.map(({ expr }) => expr), query]) {
    for (const [, name = '', matchers = ''] of expression.matchAll(
      /\b((?:jambus|jetstream)_\w+|up)\b(?:\{([^}]*)\})?/g,
    )) {
      expect([...metrics.keys(), ...FOREIGN]).toContain(name);
      const labels = [...matchers.matchAll(/(\w+)[!=]/g)].map(([, label]) => label);
      if (!FOREIGN.includes(name)) expect(metrics.get(name)).toEqual(expect.arrayContaining(labels));
    }
  }
});

test('every alert is in the README, with what to do', async () => {
  const readme = await readFile(join(REPOSITORY, 'deploy/README.md'), 'utf8');
  const rows = readme.split('\n').filter((line) => /^\| `Jambus\w+` \|/.test(line));
  expect(rows.map((row) => /`(\w+)`/.exec(row)?.[1])).toEqual(alerts.map(({ alert }) => alert));
  for (const row of rows) expect(row.split('|').filter((cell) => cell.trim().length > 10)).toHaveLength(3);
});

/** Where an expression cannot be read. */
function faultsIn(expression: string): number[] {
  const faults: number[] = [];
  parser.parse(expression).iterate({
    enter({ type, from }) {
      if (type.isError) faults.push(from);
    },
  });
  return faults;
}

/** Every metric that the services make, with its labels, from where they make them. */
async function countedMetrics(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const service of await readdir(join(REPOSITORY, 'services'))) {
    const folder = join(REPOSITORY, 'services', service, 'src');
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('-metrics.ts'))) {
      const source = await readFile(join(folder, file), 'utf8');
      for (const [, name = '', rest = ''] of source.matchAll(/'(jambus_\w+)'([^;]*)/g)) {
        const [, labels = ''] = /labels: \[([^\]]*)\]/.exec(rest.split("'jambus_")[0] ?? '') ?? [];
        found.set(
          name,
          [...labels.matchAll(/'(\w+)'/g)].map(([, label = '']) => label),
        );
      }
    }
  }
  return found;
}
