import { type CommandRecord, createMemoryBroker, type MemoryBroker, type Retention } from '@jambus/bus';
import { type AdminServer, createAdminServer } from '@jambus/service';
import { createLogger, createMetrics, type Metrics } from '@jambus/telemetry';
import { httpDoor } from '../../src/http-door/index.ts';

const CALL_SID = 'c-1';
const COMMAND = '{"type":"command","command":"redirect","data":[{"verb":"say","text":"hello"}]}';

/** The door on a broker of one partition that nobody reads, so that no command gets a result. */
describe('POST /v1/commands/:callSid', () => {
  let admin: AdminServer;
  let metrics: Metrics;
  let broker: MemoryBroker;
  let url: string;
  let log: string[];

  async function open(commands: Retention = { maxRecords: 16, maxBytes: 65_536 }): Promise<void> {
    log = [];
    metrics = createMetrics({ service: 'test' });
    broker = createMemoryBroker({ partitions: 1, retention: { commands } });
    admin = createAdminServer({
      host: '127.0.0.1',
      port: 0,
      logger: createLogger({ service: 'test', level: 'warn', destination: { write: (line) => log.push(line) } }),
      metrics,
      health: () => ({}),
      ready: () => ({}),
    });
    await admin.fastify.register(httpDoor(broker, () => []));
    const { port } = await admin.listen();
    url = `http://127.0.0.1:${port}/v1/commands/${CALL_SID}`;
  }

  afterEach(async () => {
    await admin.close();
    await metrics.shutdown();
  });

  /** Answered as soon as the command is published. */
  async function post(headers: Record<string, string> = {}, callSid = CALL_SID) {
    const response = await fetch(url.replace(CALL_SID, encodeURIComponent(callSid)), {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'respond-async', ...headers },
      body: COMMAND,
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
  }

  // From 101 characters on it was 414.
  test.each(['x'.repeat(101), 'x'.repeat(256), 'é'.repeat(128), '\u3000'.repeat(85)])(
    'takes every call_sid that there can be: %s',
    async (callSid) => {
      await open();
      expect((await post({}, callSid)).status).toBe(202);
      expect(published()?.callSid).toBe(callSid);
    },
  );

  test.each(['x'.repeat(257), 'é'.repeat(129), 'a b', 'a.b', '*', 'a\rb'])(
    'refuses what no call can be called: %j',
    async (callSid) => {
      await open();
      expect(await post({}, callSid)).toMatchObject({ status: 400, body: { error: 'bad_request' } });
      expect(published()).toBeUndefined();
    },
  );

  /** The oldest command in the broker, as an adapter reads it. */
  function published(): CommandRecord | undefined {
    let record: CommandRecord | undefined;
    broker.join({
      onGranted: (lease) => {
        record = lease.read(0);
      },
      onRevoked: () => {},
    });
    return record;
  }

  describe('when the partition is full', () => {
    const FULL = {
      error: 'overloaded',
      message: 'the partition of this call is full, because earlier commands still wait in it; try again',
    };

    test.each<[string, Retention]>([
      ['of records', { maxRecords: 1, maxBytes: 65_536 }],
      ['of bytes', { maxRecords: 16, maxBytes: 1 }],
    ])('%s, answers 503 and when to try again, and logs nothing', async (_of, retention) => {
      await open(retention);
      expect((await post()).status).toBe(202);
      expect(await post()).toEqual({ status: 503, retryAfter: '1', body: FULL });
      expect(log).toEqual([]);
    });

    test('takes commands again once there is room', async () => {
      await open({ maxRecords: 1, maxBytes: 65_536 });
      await post();
      expect((await post()).status).toBe(503);
      broker.join({ onGranted: (lease) => lease.commit(1), onRevoked: () => {} });
      expect((await post()).status).toBe(202);
    });
  });

  describe('percent-encoding in ce- headers', () => {
    test.each([
      ['two bytes', 'M%C3%BCller', 'Müller'],
      ['hexadecimal in lower case', 'm%c3%bcller', 'müller'],
      ['three and four bytes', 'Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
      ['more than had to be encoded', '%61bc', 'abc'],
      ['the percent sign, decoded once', '100%2525', '100%25'],
      ['nothing', 'a+b/c', 'a+b/c'],
    ])('is decoded: %s', async (_what, sent, meant) => {
      await open();
      const { status, body } = await post({ 'ce-id': sent, 'ce-source': sent });
      expect([status, body['commandId']]).toEqual([202, meant]);
      expect(published()?.attributes).toMatchObject({ id: meant, source: meant });
    });

    test.each([
      ['no digits', '50%'],
      ['one digit', '%4'],
      ['a letter that is no digit', '%4G'],
      ['half a character', 'M%C3ller'],
      ['an overlong form', '%C0%A0'],
      ['half a surrogate pair', '%ED%A0%80'],
    ])('is refused, naming the header: %s', async (_what, sent) => {
      await open();
      expect(await post({ 'ce-id': 'good', 'ce-subject': sent })).toEqual({
        status: 400,
        retryAfter: null,
        body: { error: 'bad_request', message: `ce-subject: expected percent-encoded UTF-8, got "${sent}"` },
      });
      expect([published(), log]).toEqual([undefined, []]);
    });

    test('is not looked for in headers without the prefix', async () => {
      await open();
      const literal = { tracestate: 'vendor=50%', 'content-type': 'application/json; note="%41"' };
      expect((await post({ ...literal, 'x-share': '50%' })).status).toBe(202);
      expect(published()?.attributes).toEqual(literal);
    });
  });
});
