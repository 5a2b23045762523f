import { once } from 'node:events';
import {
  type AdapterFrame,
  FORMER_LINK_SUBPROTOCOL,
  FrameBatch,
  type GatewayFrame,
  gatewayFrames,
  LINK_PATH,
  LINK_SUBPROTOCOL,
  LINK_SUBPROTOCOLS,
} from '@jambus/link';
import { WebSocket } from 'ws';
import { type Cluster, type GatewayHandle, startCluster, TOKEN } from './cluster-harness.ts';

const HELLO = {
  t: 'hello',
  adapter: 'tester',
  boot: 'boot-1',
  gatewayBoot: '',
  received: 0,
  taken: 0,
  closings: 0,
} as const;

/** What the gateway's internal port lets in, and what it does with an adapter that breaks the rules. */
describe('the link port of a gateway', () => {
  let cluster: Cluster;
  let gateway: GatewayHandle;

  beforeAll(async () => {
    cluster = await startCluster();
    gateway = await cluster.addGateway();
  });
  afterAll(() => cluster.close());

  const dial = (
    headers: Record<string, string>,
    protocol: string | readonly string[] = LINK_SUBPROTOCOL,
    path = LINK_PATH,
  ): WebSocket => {
    const url = `ws://127.0.0.1:${gateway.linkPort}${path}`;
    const socket = new WebSocket(url, typeof protocol === 'string' ? protocol : [...protocol], { headers });
    socket.on('error', () => {});
    return socket;
  };
  const authorized = { authorization: `Bearer ${TOKEN}` };
  const status = async (socket: WebSocket): Promise<number> => {
    const [, response] = await once(socket, 'unexpected-response');
    return response.statusCode;
  };

  test('refuses a wrong token, and none', async () => {
    expect(await status(dial({ authorization: 'Bearer wrong' }))).toBe(401);
    expect(await status(dial({}))).toBe(401);
  });

  test('refuses another subprotocol and another path', async () => {
    expect(await status(dial(authorized, 'link.jambus.v0'))).toBe(400);
    expect(await status(dial(authorized, LINK_SUBPROTOCOL, '/other'))).toBe(404);
  });

  test.each([
    ['the newest of this release', [...LINK_SUBPROTOCOLS].reverse(), LINK_SUBPROTOCOL],
    ['that of the release before', [FORMER_LINK_SUBPROTOCOL], FORMER_LINK_SUBPROTOCOL],
    ['what it knows of those of a later release', ['link.jambus.v99', LINK_SUBPROTOCOL], LINK_SUBPROTOCOL],
  ])('takes %s', async (_which, offered, taken) => {
    const socket = dial(authorized, offered);
    await once(socket, 'open');
    expect(socket.protocol).toBe(taken);
    socket.terminate();
  });

  test.each<[string, AdapterFrame[]]>([
    ['says something before hello', [{ t: 'taken', n: 1 }]],
    ['says hello twice', [HELLO, HELLO]],
  ])('cuts off an adapter that %s', async (_what, frames) => {
    const socket = dial(authorized);
    await once(socket, 'open');
    const batch = new FrameBatch();
    for (const frame of frames) batch.add(frame);
    socket.send(batch.take());
    const [code] = await once(socket, 'close');
    expect(code).toBe(1008);
  });

  test('welcomes an adapter with its calls, then says that these were all', async () => {
    const call = cluster.call(gateway);
    await call.waitFor('session:new');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const socket = dial(authorized);
    const seen: GatewayFrame[] = [];
    socket.on('message', (data) => gatewayFrames.read(data as Buffer, (frame) => seen.push(frame)));
    await once(socket, 'open');
    const batch = new FrameBatch();
    batch.add(HELLO);
    socket.send(batch.take());
    while (!seen.some(({ t }) => t === 'ready')) await once(socket, 'message');
    expect(seen.slice(0, 3)).toMatchObject([
      { t: 'welcome', gateway: 'gateway-1' },
      { t: 'opened', call: call.callSid, epoch: 1 },
      { t: 'ready' },
    ]);
    socket.terminate();
  });
});
