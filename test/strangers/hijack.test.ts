import { startAttacker } from './attackers/start-attacker.ts';
import { figures, startTarget } from './target.ts';

test.each([
  ['on their path, from their address', '/ivr'],
  ['on another path, from their address', '/elsewhere'],
])(
  'who knows the call_sid of live calls gets none of them, %s',
  async (_, path) => {
    const target = await startTarget();
    const callSids = target.calls.map(({ callSid }) => callSid);
    const attacker = startAttacker('hijacker', { port: target.port, path, localAddress: '127.0.0.1', callSids });
    try {
      const { count, failed, p99 } = await target.commands(4_000, 'jambus_call_clashes_total');
      const { opened, won } = await attacker.tally();
      const refused = await target.metric('jambus_call_clashes_total');
      figures(`claims ${path}`, { opened, won, refused, commands: count, failed, 'p99 ms': p99 });
      expect(refused).toBeGreaterThan(0);
      expect([won, failed]).toEqual([0, 0]);
    } finally {
      await attacker.stop();
      await target.stop();
    }
  },
  90_000,
);
