import { type WebSocket, WebSocketServer } from 'ws';

/* Calls as bare websockets: nothing is parsed that need not be, and nothing is checked. */

/** The type comes first in a message of jambonz. */
const TYPE = /"type":"([^"]+)"/;
const HEAD_BYTES = 64;
const sockets = new Map<string, WebSocket>();
/** The question that the first command to a call answers. */
const openQuestions = new Map<string, string>();

/** @param publish takes every message of jambonz */
export function takeCalls(port: number, publish: (callSid: string, type: string, payload: Buffer) => void): void {
  const server = new WebSocketServer({ host: '127.0.0.1', port, handleProtocols: () => 'ws.jambonz.org' });
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.once('message', (first: Buffer) => {
      const { call_sid: callSid, msgid } = JSON.parse(first.toString());
      sockets.set(callSid, socket);
      openQuestions.set(callSid, msgid);
      socket.on('message', (raw: Buffer) =>
        publish(callSid, TYPE.exec(raw.toString('latin1', 0, HEAD_BYTES))?.[1] ?? '', raw),
      );
      socket.on('close', () => {
        if (sockets.get(callSid) === socket) sockets.delete(callSid);
      });
      publish(callSid, 'session:new', first);
    });
  });
}

export function deliver(callSid: string, payload: Uint8Array): void {
  const socket = sockets.get(callSid);
  if (socket === undefined) return;
  const msgid = openQuestions.get(callSid);
  if (msgid === undefined) {
    socket.send(payload, { binary: false });
    return;
  }
  openQuestions.delete(callSid);
  const { data } = JSON.parse(Buffer.from(payload).toString());
  socket.send(JSON.stringify({ type: 'ack', msgid, data }));
}
