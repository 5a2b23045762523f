import { startAttacker } from './attackers/start-attacker.ts';
import { figures, startTarget } from './target.ts';

const MOST_CALLS = 200;

test('calls that are begun and dropped at once are bounded like all others, and those that are refused are counted', async () => {
  const target = await startTarget({ settings: { JAMBUS_MAX_CALLS: String(MOST_CALLS) } });
  const attacker = startAttacker('callFlood', { port: target.port });
  try {
    const { p50, p99, failed } = await target.commands(4_000, 'jambus_calls_refused_total');
    const open = await target.metric('jambus_calls_open');
    const refused = await target.metric('jambus_calls_refused_total');
    const { opened: tried } = await attacker.tally();
    figures('calls', { tried, open, refused, 'p50 ms': p50, 'p99 ms': p99 });
    expect(open).toBeLessThanOrEqual(MOST_CALLS);
    expect(refused).toBeGreaterThan(0);
    expect(failed).toBe(0);
  } finally {
    await attacker.stop();
    await target.stop();
  }
}, 90_000);

test('without a low bound they leave room for others: they are few in a second, and are kept for seconds', async () => {
  const settings = { JAMBUS_MAX_CALLS: '1000', JAMBUS_UPGRADES_PER_SECOND: '20' };
  const target = await startTarget({ settings });
  const attacker = startAttacker('callFlood', { port: target.port });
  try {
    await target.commands(3_000, 'jambus_connections_dropped_total{reason="rate"}');
    const open = await target.metric('jambus_calls_open');
    const dropped = await target.metric('jambus_connections_dropped_total{reason="rate"}');
    await target.addCall('new');
    figures('calls with 20 upgrades a second', { open, dropped });
    expect(open).toBeLessThan(500);
    expect(dropped).toBeGreaterThan(0);
  } finally {
    await attacker.stop();
    await target.stop();
  }
}, 90_000);
