import { startAttacker } from './attackers/start-attacker.ts';
import { figures, startTarget } from './target.ts';

test.each(['badFrames', 'manyFrames'] as const)(
  'calls that send small frames as fast as they are taken hold up no other call, and do not fill the log: %s',
  async (kind) => {
    const target = await startTarget();
    const attacker = startAttacker(kind, { port: target.port });
    try {
      const { count, p50, p99, max, failed } = await target.commands(4_000);
      const lines = (await target.log()).filter(({ level, kind: of }) => level === 'warn' && of !== undefined).length;
      figures(`commands of others, ${kind}`, { count, 'p50 ms': p50, 'p99 ms': p99, 'most ms': max, failed, lines });
      // Of a machine with nothing else to do it is a thirtieth of that.
      expect(p50).toBeLessThan(1_500);
      expect(failed).toBe(0);
      expect(lines).toBeLessThan(100);
    } finally {
      await attacker.stop();
      await target.stop();
    }
  },
  90_000,
);

test('a call that breaks the rules again and again is closed', async () => {
  const target = await startTarget();
  const attacker = startAttacker('badFrames', { port: target.port, width: 1 });
  try {
    const series = 'jambus_protocol_violations_total{kind="too_many"}';
    await target.commands(2_000, series);
    const closed = await target.metric(series);
    expect(closed).toBeGreaterThan(0);
  } finally {
    await attacker.stop();
    await target.stop();
  }
}, 90_000);
