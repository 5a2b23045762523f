import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { type CertificateFolder, makeCertificateFolder } from '../../fixtures/index.ts';
import { REPOSITORY } from '../../fixtures/repository.ts';
import { type Cluster, type GatewayHandle, startCluster } from '../cluster-harness.ts';

/** What the two ports of a gateway with TLS show to jambonz, to probes, and to those who come without TLS. */
describe('a gateway that speaks TLS', () => {
  let folder: CertificateFolder;
  let cluster: Cluster;
  let gateway: GatewayHandle;
  let ca: string;

  beforeAll(async () => {
    folder = await makeCertificateFolder();
    const authority = await folder.authority('authority');
    const { cert, key } = await authority.issue('gateway');
    ca = await readFile(authority.ca, 'utf8');
    cluster = await startCluster();
    gateway = await cluster.addGateway({
      JAMBUS_WEBSOCKET_TLS_CERT: cert,
      JAMBUS_WEBSOCKET_TLS_KEY: key,
      JAMBUS_LINK_TLS_CERT: cert,
      JAMBUS_LINK_TLS_KEY: key,
      JAMBUS_LINK_TLS_CA: authority.ca,
      JAMBUS_BASIC_AUTH: 'jambonz:right-password',
    });
  });
  afterAll(async () => {
    await cluster.close();
    await folder.remove();
  });

  const dial = (user: string, options: object): WebSocket => {
    const { port } = new URL(gateway.websocketUrl);
    const socket = new WebSocket(`wss://${user}@127.0.0.1:${port}/ivr`, 'ws.jambonz.org', options);
    socket.on('error', () => {});
    return socket;
  };

  test('takes the websockets of jambonz by wss', async () => {
    const socket = dial('jambonz:right-password', { ca });
    await once(socket, 'open');
    socket.terminate();
  });

  test('is refused by a jambonz that does not know who signed its certificate', async () => {
    const socket = dial('jambonz:right-password', {});
    const [error] = await once(socket, 'error');
    expect(error.code).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET/);
  });

  test('answers probes on its internal port, which have no certificate', async () => {
    const [answer] = (await once(
      get({ host: '127.0.0.1', port: gateway.linkPort, path: '/healthz', ca }),
      'response',
    )) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
  });

  test('is healthy for the health check of its image', async () => {
    const script = join(REPOSITORY, 'deploy/healthcheck.mjs');
    const ask = (port: number) => promisify(execFile)(process.execPath, [script, `http://127.0.0.1:${port}/healthz`]);
    expect((await ask(gateway.linkPort)).stdout).toMatch(/^200 /);
    await expect(ask(9)).rejects.toThrow(/ECONNREFUSED/);
  });

  test.each(['jambonz', 'internal'])('hangs up on those who come without TLS to its %s port', async (which) => {
    const port = which === 'jambonz' ? Number(new URL(gateway.websocketUrl).port) : gateway.linkPort;
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    let heard = '';
    socket.setEncoding('latin1').on('data', (text) => {
      heard += text;
    });
    socket.on('error', () => {});
    socket.write('GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n');
    await Promise.race([once(socket, 'end'), once(socket, 'close')]);
    expect(heard).not.toContain('200');
    socket.destroy();
  });

  test('tells a wrong password from a wrong user to nobody', async () => {
    const answers = new Set<string>();
    for (const user of ['jambonz:wrong-password', 'nobody:right-password', 'nobody:', '']) {
      const [, answer] = (await once(dial(user, { ca }), 'unexpected-response')) as [unknown, IncomingMessage];
      const body = Buffer.concat(await answer.toArray()).toString();
      answers.add(JSON.stringify([answer.statusCode, answer.rawHeaders, body]));
    }
    expect([...answers]).toEqual([expect.stringMatching(/^\[401,.*wrong or missing user and password/)]);
  });
});
