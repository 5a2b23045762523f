import { setTimeout as sleep } from 'node:timers/promises';
import { createMetrics, declareEventLoopMetrics } from '../../src/index.ts';

test('a blocked event loop shows in the next collection, and not in the one after', async () => {
  const metrics = createMetrics({ service: 'test' });
  const end = declareEventLoopMetrics(metrics);
  const most = async (): Promise<number> => {
    const text = await metrics.prometheus();
    return Number(/^nodejs_eventloop_delay_max (\S+)$/m.exec(text)?.[1]);
  };
  await sleep(50);
  await most();
  await sleep(150);
  const until = performance.now() + 1_000;
  while (performance.now() < until);
  await sleep(50);
  const blocked = await most();
  expect(blocked).toBeGreaterThan(0.9);
  await sleep(150);
  expect(await most()).toBeLessThan(blocked);
  const text = await metrics.prometheus();
  for (const name of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99']) {
    expect(text).toContain(`# TYPE nodejs_eventloop_delay_${name} gauge`);
  }
  end();
  await metrics.shutdown();
});
