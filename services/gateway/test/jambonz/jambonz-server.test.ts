import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createDeadlineQueue } from '../../src/deadline-queue.ts';
import { createJambonzServer } from '../../src/jambonz/jambonz-server.ts';
import { JAMBONZ_SUBPROTOCOL } from '../../src/jambonz/upgrade.ts';
import { until } from './socket-pair.ts';

const SESSION = JSON.stringify({ type: 'session:new', msgid: 'm', call_sid: 'call-1', data: {} });

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function listeningServer() {
  const log: string[] = [];
  const silenceDeadlines = createDeadlineQueue(60_000);
  const server = createJambonzServer({
    host: '127.0.0.1',
    port: 0,
    basicAuth: undefined,
    maxInboundBytes: 1_000_000,
    maxConnections: 100,
    pingIntervalMs: 60_000,
    silenceDeadlines,
    envVars: '[]',
    handlers: {
      opened(_socket, { application }) {
        let isSettled = false;
        return {
          get isSettled() {
            return isSettled;
          },
          receive({ type, call_sid }) {
            log.push(isSettled ? type : `session ${call_sid} ${application}`);
            isSettled = true;
            return { kind: 'taken' };
          },
          closed() {},
        };
      },
      violation: (kind) => log.push(`violation ${kind}`),
      dropped: () => log.push('dropped'),
    },
  });
  const port = await server.listen();
  const peers: WebSocket[] = [];
  cleanUps.push(async () => {
    for (const peer of peers) peer.terminate();
    await server.close();
    silenceDeadlines.close();
  });
  const dial = async (path = '/app'): Promise<WebSocket> => {
    const peer = new WebSocket(`ws://127.0.0.1:${port}${path}`, JAMBONZ_SUBPROTOCOL);
    peer.on('error', () => {});
    peers.push(peer);
    await once(peer, 'open');
    return peer;
  };
  return { server, port, log, dial };
}

describe('while the bus does not keep up', () => {
  test('new TCP connections are dropped without an answer, so that jambonz tries again', async () => {
    const { server, port, log, dial } = await listeningServer();
    server.holdConnections('all');
    const refused = connect(port, '127.0.0.1');
    let answer = '';
    refused.on('data', (data) => {
      answer += String(data);
    });
    refused.on('error', () => {});
    refused.write('GET / HTTP/1.1\r\n\r\n');
    await once(refused, 'close');
    expect([answer, log]).toEqual(['', ['dropped']]);
    server.holdConnections('none');
    (await dial()).send(SESSION);
    await until(() => log.length === 2);
    expect(log[1]).toBe('session call-1 /app');
  });

  test('no call begins on a connection that was accepted before, until it is over', async () => {
    const { server, log, dial } = await listeningServer();
    const peer = await dial();
    server.holdConnections('all');
    peer.send(SESSION);
    await sleep(50);
    expect(log).toEqual([]);
    server.holdConnections('none');
    await until(() => log.length === 1);
    expect(log).toEqual(['session call-1 /app']);
  });

  test('only the paths of that bus are dropped, also when the gateway reads their request later', async () => {
    const { server, log, dial } = await listeningServer();
    const before = await dial('/slow');
    server.holdConnections((application) => application === '/slow');
    before.send(SESSION);
    await expect(dial('/slow')).rejects.toMatchObject({ code: 'ECONNRESET' });
    (await dial('/quick')).send(SESSION);
    await until(() => log.length === 2);
    expect(log).toEqual(['dropped', 'session call-1 /quick']);
    server.holdConnections('none');
    await until(() => log.length === 3);
    expect(log[2]).toBe('session call-1 /slow');
  });

  test('calls that are here already stay', async () => {
    const { server, log, dial } = await listeningServer();
    const peer = await dial();
    peer.send(SESSION);
    await until(() => log.length === 1);
    server.holdConnections('all');
    peer.send(JSON.stringify({ type: 'call:status', data: {} }));
    await until(() => log.length === 2);
    expect(peer.readyState).toBe(WebSocket.OPEN);
  });
});
