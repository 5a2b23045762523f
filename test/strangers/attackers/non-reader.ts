import { randomUUID } from 'node:crypto';
import { type Attack, sideBySide } from './attack.ts';
import { hold } from './hold.ts';
import { flood, openRawWebsocket, sessionNew, textFrame } from './raw-websocket.ts';

/** Hooks in a chunk. */
const DIFFERENT = 200;

/** Asks hook after hook, and reads no answer. */
export const nonReader: Attack = (options, tally, signal) =>
  sideBySide(options.width, signal, async () => {
    const socket = await openRawWebsocket(options);
    if (socket === undefined) return;
    const callSid = randomUUID();
    const gone = hold(socket, tally);
    socket.pause();
    socket.write(sessionNew(callSid));
    // Each with an id of its own, so that each has to be answered.
    const hooks = Array.from({ length: DIFFERENT }, (_, n) => {
      const msgid = String(n).padStart(options.msgidLength, 'm');
      return textFrame(JSON.stringify({ type: 'verb:hook', msgid, call_sid: callSid, hook: '/menu', data: {} }));
    });
    await Promise.race([
      gone,
      flood(socket, Buffer.concat(hooks), (bytes) => {
        tally.bytes += bytes;
      }),
    ]);
  });
