import type { AttackOptions, AttackTally } from './attack.ts';
import { ATTACKS, type AttackName } from './index.ts';

/*
 * An attacker as a process of its own, so that it takes nothing from the event loop of whoever measures. It attacks until its
 * parent lets go of it, and tells it what it has done when asked.
 */

const [, , name, options] = process.argv;
const tally: AttackTally = { opened: 0, held: 0, bytes: 0, won: 0 };
const stop = new AbortController();
process.on('message', () => process.send?.(tally));
process.on('disconnect', () => {
  stop.abort();
  process.exit();
});
await ATTACKS[name as AttackName](JSON.parse(options as string) as AttackOptions, tally, stop.signal);
