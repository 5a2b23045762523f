import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { createMemoryBroker, type MemoryBroker } from '@jambus/bus';
import { type AdminServer, createAdminServer } from '@jambus/service';
import { createLogger, createMetrics, type Metrics } from '@jambus/telemetry';
import { httpDoor } from '../../src/http-door/index.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const COMMAND = '{"type":"command","command":"redirect","data":[{"verb":"hangup"}]}';

/** A browser on the machine of the door runs the pages of strangers; what they can send is sent here byte for byte. */
describe('the HTTP door and web pages', () => {
  let admin: AdminServer;
  let metrics: Metrics;
  let broker: MemoryBroker;
  let port: number;

  beforeAll(async () => {
    metrics = createMetrics({ service: 'test' });
    broker = createMemoryBroker({ partitions: 1 });
    admin = createAdminServer({
      host: '127.0.0.1',
      port: 0,
      logger: createLogger({ service: 'test', level: 'fatal' }),
      metrics,
      health: () => ({}),
      ready: () => ({}),
    });
    await admin.fastify.register(httpDoor(broker, () => [], ['jambus.example', 'Dev-Box']));
    ({ port } = await admin.listen());
  });
  afterAll(async () => {
    await admin.close();
    await metrics.shutdown();
  });

  /** The status alone: a stream of events goes on. */
  async function ask(method: string, path: string, headers: OutgoingHttpHeaders, body = ''): Promise<number> {
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    asked.on('error', () => {});
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.destroy();
    return answer.statusCode ?? 0;
  }
  const post = (callSid: string, headers: OutgoingHttpHeaders): Promise<number> =>
    ask('POST', `/v1/commands/${callSid}`, { prefer: 'respond-async', ...headers }, COMMAND);

  const PATHS = ['/v1/calls', '/v1/events?from=start', '/v1/results'];

  test.each([
    ['a name that was made to point here', 'evil.example'],
    ['with a port', 'evil.example:3002'],
    ['one that begins like localhost', 'localhost.evil.example'],
    ['one that ends like it', 'evillocalhost'],
    ['one that ends like a configured name', 'evil-jambus.example'],
    ['one that looks like an address', '127.0.0.1.evil.example'],
    ['an address that is not one', '999.0.0.1'],
    ['brackets around a name', '[evil.example]'],
    ['no port where one is announced', 'localhost:'],
  ])('Host is %s: nothing is read, and nothing sent', async (_what, host) => {
    for (const path of PATHS) expect([path, await ask('GET', path, { host })]).toEqual([path, 421]);
    expect(await post('c-1', { host, ...JSON_TYPE })).toBe(421);
  });

  test.each(['GET /v1/calls HTTP/1.0\r\n\r\n', 'GET /v1/calls HTTP/1.1\r\nHost:\r\n\r\n'])(
    'a request that names no Host is refused: %j',
    async (text) => {
      const socket = connect(port, '127.0.0.1');
      socket.write(text);
      expect(Buffer.concat(await socket.toArray()).toString()).toMatch(/^HTTP\/1\.1 421 /);
    },
  );

  test.each([
    'localhost',
    'LOCALHOST:3002',
    'localhost.',
    'app.localhost:3002',
    '127.0.0.1:3002',
    '192.168.1.5:3002',
    '[::1]:3002',
    'jambus.example:80',
    'dev-box',
  ])('Host is %s: it is let in', async (host) => {
    for (const path of PATHS) expect([path, await ask('GET', path, { host })]).toEqual([path, 200]);
    expect(await post('c-1', { host, ...JSON_TYPE })).toBe(202);
  });

  test.each<[string, OutgoingHttpHeaders]>([
    ['another page', { origin: 'https://evil.example' }],
    ['a sandbox', { origin: 'null' }],
    ['a page of another port', { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-site' }],
    ['an image', { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' }],
  ])('a request of %s is refused, whatever it asks for', async (_what, headers) => {
    for (const path of PATHS) expect([path, await ask('GET', path, headers)]).toEqual([path, 403]);
    expect(await post('c-1', { ...headers, ...JSON_TYPE })).toBe(403);
  });

  test('what somebody types into a browser is answered', async () => {
    expect(await ask('GET', '/v1/calls', { 'sec-fetch-site': 'none' })).toBe(200);
  });

  test.each<[string, OutgoingHttpHeaders]>([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a form with a file', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['a form of text', { 'content-type': 'text/plain' }],
    ['a form that names JSON', { 'content-type': 'text/plain; application/json' }],
    ['a beacon without a type', {}],
  ])('a command by %s is refused, although its page is not named', async (_what, headers) => {
    expect(await post('c-1', headers)).toBe(415);
  });

  test.each(['application/json; charset=utf-8', 'application/cloudevents+json', 'Application/JSON'])(
    'a command as %s is taken',
    async (type) => {
      expect(await post('c-1', { 'content-type': type })).toBe(202);
    },
  );

  test('health and metrics are for probes, which call the server as they like', async () => {
    expect(await ask('GET', '/healthz', { host: 'jambus.monitoring.svc' })).toBe(200);
  });

  test.each([
    [101, 202],
    [256, 202],
    [257, 400],
  ])('a call_sid of %i bytes is answered with %i', async (length, status) => {
    expect(await post('c'.repeat(length), JSON_TYPE)).toBe(status);
    expect(await post('%C3%BC'.repeat(Math.ceil(length / 2)), JSON_TYPE)).toBe(status);
  });
});
