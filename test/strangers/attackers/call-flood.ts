import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Attack, sideBySide } from './attack.ts';
import { openRawWebsocket, sessionNew } from './raw-websocket.ts';

/** Begins calls, and drops each at once. */
export const callFlood: Attack = (options, tally, signal) =>
  sideBySide(options.width, signal, async () => {
    const socket = await openRawWebsocket(options);
    if (socket === undefined) return;
    tally.opened++;
    socket.end(sessionNew(randomUUID()), () => socket.destroy());
    await once(socket, 'close');
  });
