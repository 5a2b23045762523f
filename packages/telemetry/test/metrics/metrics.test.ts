import { createMetrics, type GaugeReading, type Metrics } from '../../src/index.ts';

const opened: Metrics[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((metrics) => metrics.shutdown()));
});

function metricsOf(service = 'test', onError?: (error: unknown) => void): Metrics {
  const metrics = createMetrics({ service, version: '1.2.3', ...(onError && { onError }) });
  opened.push(metrics);
  return metrics;
}

/** The lines of one metric, without comments. */
async function samples(metrics: Metrics, name: string): Promise<string[]> {
  const text = await metrics.prometheus();
  return text.split('\n').filter((line) => line.startsWith(name));
}

describe('counters', () => {
  test('start at 0 and add up, with and without labels', async () => {
    const metrics = metricsOf();
    const plain = metrics.counter({ name: 'jambus_drops_total', help: 'Drops.' });
    const labelled = metrics.counter({ name: 'jambus_commands_total', help: 'Commands.', labels: ['code', 'command'] });
    expect(await samples(metrics, 'jambus_drops_total')).toEqual(['jambus_drops_total 0']);
    plain.add();
    plain.add(2);
    labelled.labels({ code: 'delivered', command: 'redirect' }).add();
    labelled.labels({ command: 'redirect', code: 'delivered' }).add(4);
    labelled.labels({ code: 'expired', command: 'dtmf' }).add();
    expect(await samples(metrics, 'jambus_drops_total')).toEqual(['jambus_drops_total 3']);
    expect(await samples(metrics, 'jambus_commands_total')).toEqual([
      'jambus_commands_total{code="delivered",command="redirect"} 5',
      'jambus_commands_total{code="expired",command="dtmf"} 1',
    ]);
    expect(await samples(metrics, 'jambus_drops_total')).toEqual(['jambus_drops_total 3']);
  });

  test('values known beforehand are there with 0, since Prometheus would miss the first of each', async () => {
    const metrics = metricsOf();
    const known = [{ reason: 'lost' }, { reason: 'moved' }];
    const counter = metrics.counter({ name: 'jambus_x_total', help: 'X.', labels: ['reason'], known });
    counter.labels({ reason: 'lost' }).add();
    expect(await samples(metrics, 'jambus_x_total')).toEqual([
      'jambus_x_total{reason="lost"} 1',
      'jambus_x_total{reason="moved"} 0',
    ]);
  });

  test('the same label values give the same handle, and values that only look alike when joined do not', () => {
    const counter = metricsOf().counter({ name: 'jambus_x_total', help: 'X.', labels: ['a', 'b'] });
    expect(counter.labels({ a: '1', b: '2' })).toBe(counter.labels({ a: '1', b: '2' }));
    expect(counter.labels({ a: '1', b: '12:' })).not.toBe(counter.labels({ a: '11', b: '2:' }));
  });

  test('past 1000 label sets the rest is counted together as other', async () => {
    const metrics = metricsOf();
    const counter = metrics.counter({ name: 'jambus_x_total', help: 'X.', labels: ['command'] });
    for (let n = 0; n < 1500; n += 1) counter.labels({ command: `made-up-${n}` }).add();
    counter.labels({ command: 'made-up-7' }).add();
    const lines = await samples(metrics, 'jambus_x_total');
    expect(lines).toHaveLength(1001);
    expect(lines).toContain('jambus_x_total{command="other"} 500');
    expect(lines).toContain('jambus_x_total{command="made-up-7"} 2');
  });

  test('an overlong label value is not kept', async () => {
    const metrics = metricsOf();
    metrics
      .counter({ name: 'jambus_x_total', help: 'X.', labels: ['command'] })
      .labels({ command: 'x'.repeat(5000) })
      .add();
    expect(await samples(metrics, 'jambus_x_total')).toEqual(['jambus_x_total{command="other"} 1']);
  });

  test('two parts of a service can declare the same counter and add to the same number', async () => {
    const metrics = metricsOf();
    metrics.counter({ name: 'jambus_x_total', help: 'X.' }).add();
    metrics.counter({ name: 'jambus_x_total', help: 'X.' }).add();
    expect(await samples(metrics, 'jambus_x_total')).toEqual(['jambus_x_total 2']);
  });

  test('one name cannot be two different metrics', () => {
    const metrics = metricsOf();
    metrics.counter({ name: 'jambus_x_total', help: 'X.' });
    expect(() => metrics.counter({ name: 'jambus_x_total', help: 'X.', labels: ['a'] })).toThrow('other labels');
    expect(() => metrics.gauge('jambus_x_total', 'X.', () => 1)).toThrow('declared already');
    expect(() => metrics.counter({ name: 'jambus_x', help: 'X.' })).toThrow('ends in _total');
    expect(() => metrics.gauge('jambus-x', 'X.', () => 1)).toThrow('snake_case');
  });
});

describe('gauges', () => {
  test('are read when somebody asks', async () => {
    const metrics = metricsOf();
    let calls = 3;
    metrics.gauge('jambus_calls', 'Open calls.', () => calls);
    expect(await samples(metrics, 'jambus_calls')).toEqual(['jambus_calls 3']);
    calls = 2;
    expect(await samples(metrics, 'jambus_calls')).toEqual(['jambus_calls 2']);
  });

  test('a label set that is gone is no longer reported', async () => {
    const metrics = metricsOf();
    const links = new Map([
      ['a', 1],
      ['b', 1],
    ]);
    metrics.gauge('jambus_link_up', 'Links.', () => [...links].map(([link, up]) => [{ link }, up] as const));
    expect(await samples(metrics, 'jambus_link_up')).toEqual([
      'jambus_link_up{link="a"} 1',
      'jambus_link_up{link="b"} 1',
    ]);
    links.delete('a');
    expect(await samples(metrics, 'jambus_link_up')).toEqual(['jambus_link_up{link="b"} 1']);
    expect(await samples(metrics, 'jambus_link_up')).toEqual(['jambus_link_up{link="b"} 1']);
  });

  test('past 1000 label sets the rest is added up as other', async () => {
    const metrics = metricsOf();
    const readings: GaugeReading[] = Array.from({ length: 1200 }, (_, n) => [{ link: `l${n}` }, 2]);
    metrics.gauge('jambus_queue', 'Queue.', () => readings);
    const lines = await samples(metrics, 'jambus_queue');
    expect(lines).toHaveLength(1001);
    expect(lines).toContain('jambus_queue{link="other"} 400');
  });

  test('one that throws is told to onError and hides no other metric', async () => {
    const errors: unknown[] = [];
    const metrics = metricsOf('test', (error) => errors.push(error));
    const broken = new Error('no such queue');
    metrics.gauge('jambus_broken', 'Broken.', () => {
      throw broken;
    });
    metrics.counter({ name: 'jambus_x_total', help: 'X.' }).add();
    expect(await samples(metrics, 'jambus_x_total')).toEqual(['jambus_x_total 1']);
    expect(errors).toEqual([broken]);
  });
});

describe('histograms', () => {
  test('put durations into buckets of seconds', async () => {
    const metrics = metricsOf();
    const plain = metrics.histogram({ name: 'jambus_ack_seconds', help: 'Acks.', buckets: [0.1, 1] });
    plain.record(0.05);
    plain.record(0.5);
    plain.record(30);
    expect(await samples(metrics, 'jambus_ack_seconds')).toEqual([
      'jambus_ack_seconds_count 3',
      'jambus_ack_seconds_sum 30.55',
      'jambus_ack_seconds_bucket{le="0.1"} 1',
      'jambus_ack_seconds_bucket{le="1"} 2',
      'jambus_ack_seconds_bucket{le="+Inf"} 3',
    ]);
  });

  test('are kept apart by labels, of which there are not too many', async () => {
    const metrics = metricsOf();
    const labelled = metrics.histogram({ name: 'jambus_ack_seconds', help: 'Acks.', labels: ['hook'], buckets: [1] });
    for (let n = 0; n < 1100; n += 1) labelled.labels({ hook: `/${n}` }).record(0.5);
    const lines = await samples(metrics, 'jambus_ack_seconds_count');
    expect(lines).toHaveLength(1001);
    expect(lines).toContain('jambus_ack_seconds_count{hook="other"} 100');
  });
});

test('the text is what Prometheus reads: help and type before the samples of each metric, each line of a known form', async () => {
  const metrics = metricsOf();
  metrics
    .counter({ name: 'jambus_commands_total', help: 'Commands.', labels: ['command'] })
    .labels({ command: 'a"b\\c\nd' })
    .add();
  metrics.gauge('jambus_calls', 'Open calls.', () => 1);
  metrics.histogram({ name: 'jambus_ack_seconds', help: 'Acks.' }).record(1);
  const text = await metrics.prometheus();
  const sample = /^[a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (?:[0-9.e+-]+|\+Inf|NaN)$/;
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(line.startsWith('#') ? /^# (HELP|TYPE|UNIT) / : sample);
  expect(text).toContain('# HELP jambus_commands_total Commands.\n# TYPE jambus_commands_total counter\n');
  expect(text).toContain('# TYPE jambus_calls gauge\n');
  expect(text).toContain('# TYPE jambus_ack_seconds histogram\n');
  expect(text).toContain('jambus_commands_total{command="a\\"b\\\\c\\nd"} 1');
  expect(text).toContain('jambus_build_info{service="test",version="1.2.3"} 1');
  expect(text.endsWith('\n')).toBe(true);
});

test('two services in one process do not see each other', async () => {
  const one = metricsOf('one');
  const two = metricsOf('two');
  one.counter({ name: 'jambus_x_total', help: 'X.' }).add(5);
  two.counter({ name: 'jambus_x_total', help: 'X.' }).add(1);
  expect(await samples(one, 'jambus_x_total')).toEqual(['jambus_x_total 5']);
  expect(await samples(two, 'jambus_x_total')).toEqual(['jambus_x_total 1']);
  expect(await one.prometheus()).not.toContain('service="two"');
});
