import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from 'nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { freePort } from '../brokers/provisioning/free-port.ts';
import { type JambusProcess, startJambusProcess } from '../fixtures/index.ts';
import { REPOSITORY } from '../fixtures/repository.ts';
import { type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

const TOKEN = 'a-token-for-tests-only';
const CALLS = 40;

/* Gateways are found by a name, as a headless Service of Kubernetes is: one that is new there is ready as soon as one adapter has found it. */
await describeWithNats('a gateway that comes to those there are, on nats', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let nc: NatsConnection;
  let folder: string;
  const processes: JambusProcess[] = [];
  let calls: SimulatedCall[] = [];

  const hosts = (): string => join(folder, 'hosts');
  const startGateway = async (host: string, linkPort: number, websocketPort: number): Promise<void> => {
    const settings = {
      JAMBUS_GATEWAY_ID: `gateway-${host}`,
      JAMBUS_WEBSOCKET_HOST: '127.0.0.1',
      JAMBUS_WEBSOCKET_PORT: String(websocketPort),
      JAMBUS_LINK_HOST: host,
      JAMBUS_LINK_PORT: String(linkPort),
      JAMBUS_LINK_TOKEN: TOKEN,
    };
    processes.push(await startJambusProcess('gateway', linkPort, settings));
  };
  const startAdapter = async (linkPort: number): Promise<void> => {
    const adminPort = await freePort();
    const settings = {
      JAMBUS_BUS: 'nats',
      JAMBUS_NATS_URL: server.url,
      JAMBUS_GATEWAYS: `dns+ws://gateways.test:${linkPort}`,
      JAMBUS_LINK_TOKEN: TOKEN,
      JAMBUS_ADMIN_HOST: '127.0.0.1',
      JAMBUS_ADMIN_PORT: String(adminPort),
      JAMBUS_TEST_HOSTS: hosts(),
      NODE_OPTIONS: `--import ${join(REPOSITORY, 'test/fixtures/hosts-preload.mjs')}`,
    };
    processes.push(await startJambusProcess('adapter', adminPort, settings));
  };
  const isReady = async (host: string, port: number): Promise<boolean> =>
    fetch(`http://${host}:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );

  beforeAll(async () => {
    server = await nats.start();
    nc = await connect({ servers: server.url });
    folder = await mkdtemp(join(tmpdir(), 'jambus-hosts-'));
  }, 60_000);

  afterAll(async () => {
    await Promise.all(calls.map((call) => call.abort()));
    await Promise.all(processes.map((process) => process.kill()));
    await nc.close();
    await server.stop();
    await rm(folder, { recursive: true });
  }, 60_000);

  test('has its calls known to all adapters, also to those that have not looked for it since', async () => {
    const [linkPort, first, second] = [await freePort(), await freePort(), await freePort()];
    await writeFile(hosts(), '127.0.0.1\n');
    await startGateway('127.0.0.1', linkPort, first);
    for (let n = 0; n < 3; n++) await startAdapter(linkPort);
    const results: { readonly status: string; readonly code?: string }[] = [];
    nc.subscribe('jambonz.results.>', {
      callback: (_, { data }) => results.push(JSON.parse(Buffer.from(data).toString())),
    });
    nc.subscribe('jambonz.events.*.session.new', {
      // A service that answers at once.
      callback: (_, { subject }) => {
        const command = { type: 'command', command: 'redirect', data: [{ verb: 'pause', length: 100 }] };
        nc.publish(`jambonz.commands.${subject.split('.')[2]}`, JSON.stringify(command));
      },
    });
    await startGateway('127.0.0.2', linkPort, second);
    await writeFile(hosts(), '127.0.0.1\n127.0.0.2\n');
    await eventually('the new gateway is ready', () => isReady('127.0.0.2', linkPort));
    calls = Array.from({ length: CALLS }, () => startCall({ url: `ws://127.0.0.1:${second}/ivr`, speed: 20 }));
    await eventually('every result', () => results.length >= CALLS);
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
  }, 120_000);
});
