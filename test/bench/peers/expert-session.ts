import { Session } from '@jambonz/sdk/websocket';
import { type WebSocket, WebSocketServer } from 'ws';

/*
 * The sessions of @jambonz/sdk, as somebody uses them who has profiled them. An endpoint of the SDK compiles all schemas
 * anew for each call; a session that is made here without validation does not. Events go out as the bytes that came.
 */

const TYPE = /"type":"([^"]+)"/;
const logger = { info: () => {}, error: () => {}, debug: () => {} };
const sessions = new Map<string, Session>();

/** @param publish takes every message of jambonz */
export function takeCalls(port: number, publish: (callSid: string, type: string, payload: Buffer) => void): void {
  const server = new WebSocketServer({ host: '127.0.0.1', port, handleProtocols: () => 'ws.jambonz.org' });
  server.on('connection', (socket: WebSocket) => {
    socket.on('error', () => {});
    socket.once('message', (first: Buffer) => {
      const session = new Session({ ws: socket, msg: JSON.parse(first.toString()), logger, validate: false });
      const { callSid } = session;
      sessions.set(callSid, session);
      session.on('error', () => {});
      session.on('close', () => {
        if (sessions.get(callSid) === session) sessions.delete(callSid);
      });
      // The bus answers it, and not the session.
      session.on('verb:hook', () => {});
      socket.on('message', (raw: Buffer) => publish(callSid, TYPE.exec(raw.toString())?.[1] ?? '', raw));
      publish(callSid, 'session:new', first);
    });
  });
}

export function deliver(callSid: string, { command, data }: { command: string; data: Record<string, unknown> }): void {
  const session = sessions.get(callSid);
  if (session === undefined) return;
  if (session.locals['answered'] === true) {
    session.injectCommand(command, data);
  } else {
    session.locals['answered'] = true;
    session.addVerbs(data as never).send();
  }
}
