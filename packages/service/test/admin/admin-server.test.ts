import { once } from 'node:events';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createLogger, createMetrics, type Metrics } from '@jambus/telemetry';
import { type AdminServer, type AdminServerOptions, createAdminServer, refuseUpgrade } from '../../src/index.ts';

let admin: AdminServer;
let metrics: Metrics;
let lines: string[];
const sockets: Socket[] = [];

async function start(options: Partial<AdminServerOptions> = {}, prepare: (server: AdminServer) => void = () => {}) {
  lines = [];
  metrics = createMetrics({ service: 'test' });
  admin = createAdminServer({
    host: '127.0.0.1',
    port: 0,
    logger: createLogger({ service: 'test', level: 'info', destination: { write: (line) => lines.push(line) } }),
    metrics,
    health: () => ({}),
    ready: () => ({}),
    ...options,
  });
  prepare(admin);
  const { port } = await admin.listen();
  return `http://127.0.0.1:${port}`;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await admin.close();
  await metrics.shutdown();
});

/** Sends the head of an upgrade request and gives back all that comes until the other side closes. */
async function upgrade(base: string, path: string): Promise<string> {
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  sockets.push(socket);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

describe('health and readiness', () => {
  test('answer 200 while all checks are good', async () => {
    const base = await start({ ready: () => ({ bus: { ok: true }, links: { ok: true, detail: '2 of 2' } }) });
    const health = await fetch(`${base}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok', checks: {} }]);
    const ready = await fetch(`${base}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ok', checks: { bus: { ok: true }, links: { ok: true, detail: '2 of 2' } } },
    ]);
  });

  test('answer 503 and say which check is not', async () => {
    const checks = { bus: { ok: true }, draining: { ok: false, detail: 'stopping' } };
    const base = await start({ ready: () => checks, health: () => ({ loop: { ok: false } }) });
    const ready = await fetch(`${base}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', checks }]);
    expect((await fetch(`${base}/healthz`)).status).toBe(503);
  });

  test('are asked each time', async () => {
    let ok = true;
    const base = await start({ ready: () => ({ bus: { ok } }) });
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    ok = false;
    expect((await fetch(`${base}/readyz`)).status).toBe(503);
  });
});

test('/metrics has what the service counts, as Prometheus text', async () => {
  const base = await start();
  metrics
    .counter({ name: 'jambus_commands_total', help: 'Commands.', labels: ['code'] })
    .labels({ code: 'delivered' })
    .add(7);
  const answer = await fetch(`${base}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await answer.text()).toContain('\njambus_commands_total{code="delivered"} 7\n');
});

describe('other requests', () => {
  test('an unknown path is 404 as JSON, and so is another method', async () => {
    const base = await start();
    const path = await fetch(`${base}/nope`);
    expect([path.status, await path.json()]).toEqual([404, { error: 'not_found', message: 'nothing at GET /nope' }]);
    expect((await fetch(`${base}/healthz`, { method: 'DELETE' })).status).toBe(404);
  });

  test('routes can be added, and what they throw is logged but not told', async () => {
    const base = await start({}, ({ fastify }) => {
      fastify.post('/v1/echo', (incoming) => Promise.resolve(incoming.body));
      fastify.get('/v1/broken', () => Promise.reject(new Error('password is hunter2')));
    });
    const headers = { 'content-type': 'application/json' };
    expect(await (await fetch(`${base}/v1/echo`, { method: 'POST', headers, body: '{"a":1}' })).json()).toEqual({
      a: 1,
    });
    expect((await fetch(`${base}/v1/echo`, { method: 'POST', headers, body: '{' })).status).toBe(400);
    const broken = await fetch(`${base}/v1/broken`);
    expect([broken.status, await broken.json()]).toEqual([500, { error: 'internal', message: 'internal error' }]);
    expect(lines.join('')).toContain('/v1/broken');
  });
});

describe('upgrades', () => {
  test('one that nobody handles is refused with 404 and closed', async () => {
    const base = await start({}, (server) => server.handleUpgrade('/link', () => {}));
    expect(await upgrade(base, '/other')).toMatch(
      /^HTTP\/1\.1 404 Not Found\r\n[\s\S]*{"error":"not_found","message":"no websocket at \/other"}$/,
    );
  });

  test('one of a known path goes to its handler, query or not', async () => {
    const urls: (string | undefined)[] = [];
    const base = await start({}, (server) =>
      server.handleUpgrade('/link', (incoming, socket) => {
        urls.push(incoming.url);
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello');
      }),
    );
    expect(await upgrade(base, '/link?a=1')).toContain('hello');
    expect(urls).toEqual(['/link?a=1']);
  });

  test('a handler can refuse with a status of its own, and one that throws does not take the process down', async () => {
    const base = await start({}, (server) => {
      server.handleUpgrade('/link', (_, socket) => refuseUpgrade(socket, 401, 'unauthorized', 'who are you?'));
      server.handleUpgrade('/broken', () => {
        throw new Error('broken');
      });
    });
    expect(await upgrade(base, '/link')).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(await upgrade(base, '/broken')).toMatch(/^HTTP\/1\.1 500 /);
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });
});

describe('closing', () => {
  test('ends kept-alive connections, hung requests and upgraded sockets, and can be done twice', async () => {
    const base = await start({}, (server) => {
      server.fastify.get('/hangs', () => new Promise(() => {}));
      server.handleUpgrade('/link', (_, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
    });
    const agent = new Agent({ keepAlive: true });
    await read(get(`${base}/healthz`, { agent }));
    const hanging = request(`${base}/hangs`);
    const cut = once(hanging, 'error');
    const hangs = once(admin.server, 'request');
    hanging.end();
    await hangs;
    const upgrades = once(admin.server, 'upgrade');
    const upgraded = upgrade(base, '/link');
    await upgrades;
    const silent = connect(Number(new URL(base).port), '127.0.0.1');
    sockets.push(silent);
    silent.on('error', () => {}); // Cut off without a goodbye, as it never said anything.
    await once(admin.server, 'connection');
    await Promise.all([admin.close(), admin.close()]);
    expect(await upgraded).toContain('101');
    await cut;
    await expect(fetch(`${base}/healthz`)).rejects.toThrow();
    agent.destroy();
  });

  test('a request under way is answered', async () => {
    let finish = (_text: string) => {};
    const base = await start({}, ({ fastify }) => {
      fastify.get('/slow', () => new Promise<string>((resolve) => (finish = resolve)));
    });
    const answer = fetch(`${base}/slow`);
    await once(admin.server, 'request');
    const closed = admin.close();
    finish('done');
    expect(await (await answer).text()).toBe('done');
    await closed;
  });
});

test('a port that is taken is a fault of the settings that names it', async () => {
  const base = await start();
  const { port } = new URL(base);
  const second = createAdminServer({
    host: '127.0.0.1',
    port: Number(port),
    logger: createLogger({ service: 'test', level: 'fatal', destination: { write: () => {} } }),
    metrics,
    health: () => ({}),
    ready: () => ({}),
  });
  await expect(second.listen()).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining(`cannot listen on 127.0.0.1:${port}: `),
  });
  await second.close();
});

async function read(outgoing: ReturnType<typeof get>): Promise<void> {
  const [answer]: IncomingMessage[] = await once(outgoing, 'response');
  answer?.resume();
  if (answer !== undefined) await once(answer, 'end');
}

test('a peer that says nothing, or half a request, or does not hang up, keeps no connection', async () => {
  const base = await start();
  for (const said of ['', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'not HTTP at all\r\n\r\n']) {
    const socket = connect({ port: Number(new URL(base).port), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {}).resume();
    sockets.push(socket);
    socket.write(said);
  }
  const open = (): Promise<number> =>
    new Promise((resolve) => admin.server.getConnections((_error, count) => resolve(count)));
  // 5 s for the header, and a second until that is looked at; Node alone would take 30 s more.
  const until = Date.now() + 10_000;
  do await new Promise((resolve) => setTimeout(resolve, 100));
  while ((await open()) > 0 && Date.now() < until);
  expect(await open()).toBe(0);
});
