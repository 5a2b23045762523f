import { type Cluster, eventually, startCluster } from '../../../e2e/cluster-harness.ts';
import type { SimulatedCall } from '../../../simulator/index.ts';
import { readExposition, type Series } from './exposition.ts';
import { faultsIn, groupingIn, matches, selectorsIn } from './promql.ts';
import { type Query, readPanels, readQueries } from './queries.ts';

/*
 * Every query that comes with jambus, asked of what a gateway and an adapter really say at `/metrics` after some calls.
 */

/** What others than jambus count. */
const FOREIGN = ['up', 'jetstream_consumer_num_pending'];
/** What Prometheus itself puts on every series of a target. */
const TARGET = ['namespace', 'pod', 'job'];

const SAY = { type: 'command', command: 'redirect', data: [{ verb: 'say', text: 'hello' }] };

/** For looking into something by hand: what others on the dashboard say as well, seen from the other end of the link. */
const UNUSED = [
  'jambus_build_info',
  'jambus_calls_known',
  'jambus_events_pending_bytes',
  'jambus_gateway_commands_total',
  'jambus_gateway_events_total',
];

let cluster: Cluster;
let series: Series[];
let queries: Query[];

const scrape = async (url: string): Promise<Series[]> => readExposition(await (await fetch(`${url}/metrics`)).text());

beforeAll(async () => {
  cluster = await startCluster();
  const gateway = await cluster.addGateway();
  const adapter = await cluster.addAdapter();
  const calls = await cluster.liveCalls(gateway, 3);
  const [call] = calls as [SimulatedCall];
  const positions = [
    cluster.publish(call.callSid, SAY),
    cluster.publish(call.callSid, SAY, { ifverbid: 'nobody' }),
    cluster.publish(call.callSid, 'no JSON'),
  ];
  await cluster.settled(positions);
  const counted = async (): Promise<boolean> => {
    series = [...(await scrape(gateway.adminUrl)), ...(await scrape(adapter.adminUrl))];
    return series.some(({ name, value }) => name === 'jambus_dead_letters_total' && value === 1);
  };
  await eventually('the dead letter', counted);
  queries = await readQueries();
}, 30_000);
afterAll(() => cluster.close());

test('there are queries of alerts, panels and scaling, and series of both services', () => {
  expect(queries.length).toBeGreaterThan(60);
  expect(new Set(series.map(({ name }) => name)).size).toBeGreaterThan(50);
});

test('every expression is one of PromQL', () => {
  for (const { of, expr } of queries) expect([of, expr, faultsIn(expr)]).toEqual([of, expr, []]);
  expect(faultsIn('sum(rate(x[5m]) > 1')).not.toEqual([]);
});

test('every query finds its series', () => {
  for (const { of, expr } of queries) {
    const selectors = selectorsIn(expr);
    expect([of, expr, selectors.length > 0]).toEqual([of, expr, true]);
    for (const selector of selectors.filter(({ metric }) => !FOREIGN.includes(metric))) {
      const found = series.filter(({ name, labels }) => name === selector.metric && matches(selector, labels));
      expect([of, selector, found.length > 0]).toEqual([of, selector, true]);
    }
  }
});

test('every label in a query is one of its series or of their target', () => {
  for (const { of, expr } of queries) {
    const selectors = selectorsIn(expr).filter(({ metric }) => !FOREIGN.includes(metric));
    const names = selectors.map(({ metric }) => metric);
    const there = series.filter(({ name }) => names.includes(name)).flatMap(({ labels }) => Object.keys(labels));
    const asked = [...groupingIn(expr), ...selectors.flatMap(({ matchers }) => matchers.map(({ label }) => label))];
    for (const label of asked) expect([of, label, [...there, ...TARGET].includes(label)]).toEqual([of, label, true]);
  }
});

test('the labels in the legends of panels are there after grouping', async () => {
  for (const { title, targets } of await readPanels()) {
    for (const { expr, legendFormat } of targets) {
      const wanted = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      const grouping = groupingIn(expr);
      const left = grouping.length > 0 ? grouping : TARGET;
      expect([title, wanted.filter((label) => !left.includes(label))]).toEqual([title, []]);
    }
  }
});

test('every metric of ours is on the dashboard or in an alert', () => {
  const used = new Set(queries.flatMap(({ expr }) => selectorsIn(expr).map(({ metric }) => metric)));
  const ours = new Set(series.map(({ name }) => name.replace(/_(?:sum|count)$/, '_bucket')));
  expect([...ours].filter((name) => !used.has(name)).sort()).toEqual(UNUSED);
});

test('no metric has a label whose values are without bound', () => {
  const labels = new Set(series.flatMap(({ labels: each }) => Object.keys(each)));
  const closed = ['how', 'reason', 'status', 'spent', 'command', 'outcome', 'type', 'kind', 'le', 'service', 'version'];
  expect([...labels].filter((label) => !closed.includes(label))).toEqual([]);
});
