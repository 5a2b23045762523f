import { setTimeout as sleep } from 'node:timers/promises';
import { startAttacker } from './attackers/start-attacker.ts';
import { figures, startTarget } from './target.ts';

/** Calls, and once everything that was connected. */
const MOST_CALLS = 50;
const WIDTH = 300;

test.each(['halfOpen', 'silent'] as const)(
  'connections without credentials that their peer does not close keep no call away: %s',
  async (kind) => {
    const settings = { JAMBUS_BASIC_AUTH: 'user:password', JAMBUS_MAX_CALLS: String(MOST_CALLS) };
    const target = await startTarget({ settings });
    const before = await target.descriptors();
    const late = () => target.metric('jambus_protocol_violations_total{kind="late"}');
    const attacker = startAttacker(kind, { port: target.port, width: WIDTH });
    try {
      let during = Number.POSITIVE_INFINITY;
      // A process that has to wait for its turn answers late, so what counts is the fewest of some looks.
      for (let look = 0; look < 5; look++) {
        await sleep(400);
        during = Math.min(during, await target.descriptors());
      }
      const isTaken = await target.addCall('new').then(
        () => true,
        () => false,
      );
      // Whoever was there before is gone by then.
      for (let look = 0; kind === 'silent' && look < 60 && (await late()) < WIDTH; look++) await sleep(500);
      if (kind !== 'silent') await sleep(6_500);
      const wereLate = await late();
      await attacker.stop();
      await sleep(1_000);
      const after = await target.descriptors();
      figures(`descriptors, ${kind}`, { before, during, after, late: wereLate, 'new call taken': String(isTaken) });
      expect(isTaken).toBe(true);
      expect(after).toBeLessThan(before + 20);
      if (kind === 'silent') expect(wereLate).toBeGreaterThanOrEqual(WIDTH);
      else expect(during).toBeLessThan(before + WIDTH / 2);
    } finally {
      await attacker.stop();
      await target.stop();
    }
  },
  120_000,
);
