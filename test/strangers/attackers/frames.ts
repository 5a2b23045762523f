import { randomUUID } from 'node:crypto';
import { type Attack, sideBySide } from './attack.ts';
import { hold } from './hold.ts';
import { chunkOf, flood, openRawWebsocket, sessionNew, textFrame } from './raw-websocket.ts';

/** A call that sends one small frame again and again, as fast as it is taken. */
function floodOf(frameOf: (callSid: string) => string): Attack {
  return (options, tally, signal) =>
    sideBySide(options.width, signal, async () => {
      const socket = await openRawWebsocket(options);
      if (socket === undefined) return;
      const callSid = randomUUID();
      const gone = hold(socket, tally);
      socket.write(sessionNew(callSid));
      const chunk = chunkOf(textFrame(frameOf(callSid)));
      await Promise.race([
        gone,
        flood(socket, chunk, (bytes) => {
          tally.bytes += bytes;
        }),
      ]);
    });
}

/** Frames that are no messages of jambonz. */
export const badFrames = floodOf(() => '{}');

/** Frames that are, many more than a call has. */
export const manyFrames = floodOf((callSid) =>
  JSON.stringify({ type: 'verb:status', call_sid: callSid, data: { event: 'starting', id: 'v' } }),
);
