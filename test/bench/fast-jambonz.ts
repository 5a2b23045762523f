import { once } from 'node:events';
import { WebSocket } from 'ws';

/*
 * The cheapest thing that a gateway takes for jambonz, so that the bench measures jambus and not its own load. It keeps
 * none of the platform's rules; the simulator does.
 */

const VERB_ID = /"id":"([^"]+)"/;
const MSGID = /"msgid":"([^"]+)"/;

/** One call: takes its application, then answers each command with a `verb:status` for the verb in it. */
export interface FastCall {
  readonly callSid: string;
  close(): void;
  /** Loses its websocket, and does not come back. */
  vanish(): void;
}

/**
 * Resolves when the call has got its application.
 *
 * @param onCommand takes what comes to the call after that
 * @throws Error when the gateway closes it instead
 */
export async function startFastCall(
  url: string,
  callSid: string,
  onCommand: (text: string) => void = () => {},
): Promise<FastCall> {
  const socket = new WebSocket(url, 'ws.jambonz.org', { perMessageDeflate: false });
  await once(socket, 'open');
  socket.send(SESSION_NEW.replaceAll('CALL_SID', callSid));
  const closed = once(socket, 'close').then(([code]) => {
    throw new Error(`the gateway closed ${callSid} (${code}) before it had its application`);
  });
  // What it is closed for later is no failure.
  closed.catch(() => {});
  await Promise.race([once(socket, 'message'), closed]);
  socket.send(`{"type":"call:status","msgid":"s","call_sid":"${callSid}","data":{"call_status":"trying"}}`);
  socket.on('message', (data) => {
    const text = data.toString();
    onCommand(text);
    const id = VERB_ID.exec(text)?.[1];
    if (id === undefined || MSGID.test(text)) return;
    socket.send(
      `{"type":"verb:status","msgid":"m","call_sid":"${callSid}","data":{"event":"finished","id":"${id}","name":"say"}}`,
    );
  });
  return { callSid, close: () => socket.close(1000), vanish: () => socket.terminate() };
}

/** As large as a real one, which holds the whole INVITE. */
const SESSION_NEW = JSON.stringify({
  type: 'session:new',
  msgid: 'new-CALL_SID',
  call_sid: 'CALL_SID',
  data: {
    sip: { headers: { via: 'SIP/2.0/UDP 127.0.0.1' }, raw: 'x'.repeat(2_500) },
    call_sid: 'CALL_SID',
    direction: 'inbound',
    from: '+15083084809',
    to: '+15083728299',
    call_status: 'trying',
  },
});
