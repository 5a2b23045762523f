import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientOptions, WebSocket } from 'ws';
import { createDeadlineQueue } from '../../src/deadline-queue.ts';
import { createJambonzServer, type JambonzServerOptions } from '../../src/jambonz/jambonz-server.ts';
import { JAMBONZ_SUBPROTOCOL } from '../../src/jambonz/upgrade.ts';
import { until } from './socket-pair.ts';

const SESSION = JSON.stringify({ type: 'session:new', msgid: 'm', call_sid: 'call-1', data: {} });

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function listeningServer(options: Partial<JambonzServerOptions> = {}) {
  const log: string[] = [];
  const silenceDeadlines = createDeadlineQueue(60_000);
  const server = createJambonzServer({
    host: '127.0.0.1',
    port: 0,
    basicAuth: undefined,
    allowedOrigins: [],
    maxInboundBytes: 1_000_000,
    maxWebsockets: 100,
    upgradesPerSecond: 0,
    pingIntervalMs: 60_000,
    silenceDeadlines,
    envVars: '[]',
    ...options,
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
      dropped: (why) => log.push(`dropped ${why}`),
    },
  });
  const port = await server.listen();
  const peers: WebSocket[] = [];
  cleanUps.push(async () => {
    for (const peer of peers) peer.terminate();
    await server.close();
    silenceDeadlines.close();
  });
  const dial = async (path = '/app', from: ClientOptions = {}): Promise<WebSocket> => {
    const peer = new WebSocket(`ws://127.0.0.1:${port}${path}`, JAMBONZ_SUBPROTOCOL, from);
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
    expect([answer, log]).toEqual(['', ['dropped held']]);
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
    expect(log).toEqual(['dropped held', 'session call-1 /quick']);
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

describe('who is let in', () => {
  test('a web page only when its Origin is allowed; jambonz sends none', async () => {
    const { log, dial } = await listeningServer({ allowedOrigins: ['https://ours.example'] });
    await dial();
    await dial('/app', { origin: 'https://OURS.example' });
    await expect(dial('/app', { origin: 'https://theirs.example' })).rejects.toThrow('403');
    expect(log).toEqual(['violation origin']);
  });

  test('with * every web page', async () => {
    const { dial } = await listeningServer({ allowedOrigins: ['*'] });
    expect((await dial('/app', { origin: 'null' })).readyState).toBe(WebSocket.OPEN);
  });

  test('a web page is not told the variables of the application either', async () => {
    const { port, log } = await listeningServer();
    const options = { method: 'OPTIONS', headers: { origin: 'https://theirs.example' } };
    const { status } = await fetch(`http://127.0.0.1:${port}/app`, options);
    expect([status, log]).toEqual([403, ['violation origin']]);
  });

  test('not more from one address than the rate allows, and others all the same', async () => {
    const { log, dial } = await listeningServer({ upgradesPerSecond: 1 });
    for (let n = 0; n < 10; n++) await dial();
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await dial('/app', { localAddress: '127.0.0.2' })).readyState).toBe(WebSocket.OPEN);
    expect(log).toEqual(['dropped rate']);
  });

  test('who brings no credentials takes nothing from the rate of those who do', async () => {
    const { dial } = await listeningServer({ upgradesPerSecond: 1, basicAuth: 'user:password' });
    for (let n = 0; n < 20; n++) await expect(dial()).rejects.toThrow('401');
    expect((await dial('/app', { headers: { authorization: `Basic ${btoa('user:password')}` } })).readyState).toBe(
      WebSocket.OPEN,
    );
  });

  test('not more websockets than there may be', async () => {
    const { log, dial } = await listeningServer({ maxWebsockets: 1 });
    await dial();
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(log).toEqual(['dropped full']);
  });
});
