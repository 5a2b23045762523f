import type { Socket } from 'node:net';
import type { AttackTally } from './attack.ts';

/** Connections whose other side has ended, and which the attacker does not close. */
const MOST_HALF_OPEN = 8_000;
const halfOpen: Socket[] = [];

/**
 * Counts the connection as held until the other side ends it, which it resolves with. The attacker does not close its own side
 * then: who only ends a connection goes on having it.
 */
export function hold(socket: Socket, tally: AttackTally): Promise<void> {
  tally.opened++;
  tally.held++;
  socket.resume();
  return new Promise((resolve) => {
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      tally.held--;
      resolve();
    };
    socket.once('close', end);
    socket.once('end', () => {
      halfOpen.push(socket);
      if (halfOpen.length > MOST_HALF_OPEN) halfOpen.shift()?.destroy();
      end();
    });
  });
}
