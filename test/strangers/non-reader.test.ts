import { setTimeout as sleep } from 'node:timers/promises';
import { type Attacker, startAttacker } from './attackers/start-attacker.ts';
import { figures, startTarget } from './target.ts';

const MOST_MIB = 220;
const PATIENCE_MS = 45_000;
const QUIET_MS = 1_500;

/** @returns how long the target goes on taking what the attacker sends, ms; 'for ever' when it does not stop */
async function untilNothingIsRead(attacker: Attacker): Promise<number | string> {
  const startedAt = performance.now();
  for (let before = -1; performance.now() < startedAt + PATIENCE_MS; ) {
    const { bytes } = await attacker.tally();
    if (bytes === before) return Math.round(performance.now() - startedAt);
    before = bytes;
    await sleep(QUIET_MS);
  }
  return 'for ever';
}

test.each([200, 20_000])(
  'peers that ask with ids of %d characters and read no answer make memory grow by a bounded amount',
  async (msgidLength) => {
    const target = await startTarget();
    const before = await target.rssMiB();
    const attacker = startAttacker('nonReader', { port: target.port, msgidLength });
    try {
      const { p50, p99, failed } = await target.commands(3_000);
      // Ids that jambonz could have are answered until too many answers are unread; longer ones end the websocket.
      const stopsAfterMs = msgidLength <= 256 ? await untilNothingIsRead(attacker) : 0;
      const { bytes } = await attacker.tally();
      const after = await target.rssMiB();
      const sent = Math.round(bytes / 1024 / 1024);
      figures(`ids of ${msgidLength} characters, MiB`, {
        before,
        after,
        sent,
        'p50 ms': p50,
        'p99 ms': p99,
        stopsAfterMs,
      });
      expect(after - before).toBeLessThan(MOST_MIB);
      expect(stopsAfterMs).not.toBe('for ever');
      expect(failed).toBe(0);
    } finally {
      await attacker.stop();
      await target.stop();
    }
  },
  60_000,
);
