import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { JambusClient } from '@jambus/client';
import { connectKafkaClient } from '@jambus/client/kafka';
import { connectNatsClient } from '@jambus/client/nats';
import { describeWithKafka } from '../brokers/kafka/index.ts';
import { describeWithNats } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { parseScript, type SimulatedCall, startCall } from '../simulator/index.ts';

const LONG_MS = 180_000;
const TOKEN = 'a-token-of-the-platform';

await describeWithNats('calls that a service places, on NATS', {}, (nats) => {
  describePlacing(async () => {
    const { url, stop } = await nats.start();
    const settings = { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: url };
    return { settings, stop, connect: (api) => connectNatsClient({ servers: [url], api }) };
  });
});

await describeWithKafka('calls that a service places, on Kafka', {}, (kafka) => {
  describePlacing(async () => {
    const { brokers, stop } = await kafka.start();
    const settings = { JAMBUS_BUS: 'kafka', JAMBUS_KAFKA_BROKERS: brokers.join(',') };
    return { settings, stop, connect: (api) => connectKafkaClient({ brokers, api }) };
  });
});

interface Running {
  readonly settings: Readonly<Record<string, string>>;
  connect(api: { readonly url: string; readonly token: string; readonly accountSid: string }): Promise<JambusClient>;
  stop(): Promise<void>;
}

/** The REST API of the platform: places simulated calls. */
interface Platform {
  readonly url: string;
  readonly asked: { readonly path: string | undefined; readonly body: Readonly<Record<string, unknown>> }[];
  readonly calls: SimulatedCall[];
  close(): void;
}

async function startPlatform(): Promise<Platform> {
  const asked: Platform['asked'] = [];
  const calls: SimulatedCall[] = [];
  const answer = async (request: IncomingMessage): Promise<readonly [number, object]> => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return [401, { msg: 'no such token' }];
    const body = (await json(request)) as {
      readonly to: { readonly number: string };
      readonly call_hook: { readonly url: string };
    };
    asked.push({ path: request.url, body: body as never });
    const answers = { '+1486': 'busy', '+1480': 'no answer', '+1500': 'failed' } as const;
    const callee = answers[body.to.number as keyof typeof answers] ?? 'answer';
    const script = parseScript({ callee: { answer: callee, ring: 50 } });
    const call = startCall({ url: body.call_hook.url, kind: { kind: 'outbound' }, script, speed: 20 });
    calls.push(call);
    return [201, { sid: call.callSid, callId: 'x' }];
  };
  const server: Server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1/`, asked, calls, close: () => server.close() };
}

function describePlacing(start: () => Promise<Running>): void {
  let running: Running;
  let cluster: JambusCluster;
  let platform: Platform;
  let client: JambusClient;

  beforeAll(async () => {
    running = await start();
    cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus: running.settings });
    platform = await startPlatform();
    client = await running.connect({ url: platform.url, token: TOKEN, accountSid: 'acc' });
  }, LONG_MS);
  afterAll(async () => {
    await client.close();
    platform.close();
    await Promise.all(platform.calls.map((call) => call.abort()));
    await cluster.close();
    await running.stop();
  }, LONG_MS);

  test(
    'one that is answered is served like any other',
    async () => {
      const served: string[] = [];
      const serving = client.calls.serve({ durable: 'reminders' }, async (call) => {
        await call.say('This is a reminder.');
        served.push(call.callSid);
      });
      await serving.ready();
      const placed = await client.calls.create({
        from: '+15550101',
        to: '+15550100',
        application: cluster.websocketUrl,
        timeout: 30,
        tag: { order: 7 },
        more: { answerOnBridge: true },
      });
      expect(platform.asked.at(-1)).toEqual({
        path: '/v1/Accounts/acc/Calls',
        body: {
          from: '+15550101',
          to: { type: 'phone', number: '+15550100' },
          call_hook: { url: cluster.websocketUrl },
          timeout: 30,
          tag: { order: 7 },
          answerOnBridge: true,
        },
      });
      expect(await placed.outcome()).toEqual({ status: 'in-progress' });
      const call = platform.calls.at(-1);
      expect(call?.callSid).toBe(placed.callSid);
      expect(await call?.ended).toMatchObject({ reason: 'completed' });
      expect(served).toEqual([placed.callSid]);
    },
    LONG_MS,
  );

  test.each([
    ['+1486', 'busy', 486],
    ['+1480', 'no-answer', expect.any(Number)],
    ['+1500', 'failed', expect.any(Number)],
  ])(
    'nobody answers at %s: %s',
    async (to, status, sipStatus) => {
      const placed = await client.calls.create({ from: '+1', to, application: cluster.websocketUrl, timeout: 5 });
      expect(await placed.outcome()).toMatchObject({ status, sipStatus });
    },
    LONG_MS,
  );

  test('a platform that does not let us in is told of, and one that is not there', async () => {
    const request = { from: '+1', to: '+2', application: cluster.websocketUrl };
    const stranger = await running.connect({ url: platform.url, token: 'another', accountSid: 'acc' });
    const refused = stranger.calls.create(request);
    await expect(refused).rejects.toMatchObject({ code: 'platform_refused', retryable: false });
    await expect(refused).rejects.toThrow('the platform places no call (401): {"msg":"no such token"}');
    await stranger.close();
    const nowhere = await running.connect({ url: 'http://127.0.0.1:9/v1', token: TOKEN, accountSid: 'acc' });
    await expect(nowhere.calls.create(request)).rejects.toMatchObject({ code: 'platform_unavailable' });
    await nowhere.close();
  });

  test('without an address of the platform it says what to set', async () => {
    const lost = await running.connect({ url: '', token: '', accountSid: 'acc' });
    const creating = lost.calls.create({ from: '+1', to: '+2', application: 'app' });
    await expect(creating).rejects.toMatchObject({ code: 'bad_config' });
    await expect(creating).rejects.toThrow('set JAMBONZ_API_URL, JAMBONZ_API_TOKEN, or the option api');
    await lost.close();
  });
}
