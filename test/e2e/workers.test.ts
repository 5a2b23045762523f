import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from 'nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { freePort, freePorts } from '../brokers/provisioning/free-port.ts';
import { type JambusProcess, startJambusProcess } from '../fixtures/index.ts';
import { type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

const TOKEN = 'a-token-for-tests-only';
const CALLS = 30;
const LONG_MS = 120_000;

interface Result {
  readonly callSid: string;
  readonly commandId: string;
  readonly status: string;
}

/* A gateway and an adapter that are given two cores each: two workers behind one port of jambonz, and two that share the partitions. */
await describeWithNats('services with workers, on nats', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let nc: NatsConnection;
  let gateway: JambusProcess;
  let adapter: JambusProcess;
  let admin: readonly string[];
  let logs: string;
  let calls: SimulatedCall[] = [];
  const sources = new Map<string, Set<string>>();
  const results: Result[] = [];

  beforeAll(async () => {
    server = await nats.start();
    logs = await mkdtemp(join(tmpdir(), 'jambus-workers-'));
    const [websocketPort, linkPort, adminPort] = [await freePort(), await freePorts(2), await freePorts(2)];
    const gatewaySettings = {
      JAMBUS_WORKERS: '2',
      JAMBUS_GATEWAY_ID: 'pod',
      JAMBUS_WEBSOCKET_HOST: '127.0.0.1',
      JAMBUS_WEBSOCKET_PORT: String(websocketPort),
      JAMBUS_LINK_HOST: '127.0.0.1',
      JAMBUS_LINK_PORT: String(linkPort),
      JAMBUS_LINK_TOKEN: TOKEN,
      JAMBUS_APPLICATION_DEADLINE_MS: '100',
    };
    const adapterSettings = {
      JAMBUS_WORKERS: '2',
      JAMBUS_BUS: 'nats',
      JAMBUS_NATS_URL: server.url,
      JAMBUS_GATEWAYS: `ws://127.0.0.1:${linkPort}-${linkPort + 1}`,
      JAMBUS_LINK_TOKEN: TOKEN,
      JAMBUS_ADMIN_HOST: '127.0.0.1',
      JAMBUS_ADMIN_PORT: String(adminPort),
    };
    gateway = await startJambusProcess('gateway', linkPort, gatewaySettings, join(logs, 'gateway'));
    adapter = await startJambusProcess('adapter', adminPort, adapterSettings, join(logs, 'adapter'));
    admin = [linkPort, linkPort + 1, adminPort, adminPort + 1].map((port) => `http://127.0.0.1:${port}`);
    await allReady();
    nc = await connect({ servers: server.url });
    nc.subscribe('jambonz.events.>', {
      callback: (_, { subject, headers }) => {
        const callSid = subject.split('.')[2] as string;
        sources.set(callSid, (sources.get(callSid) ?? new Set()).add(headers?.get('ce-source') ?? ''));
      },
    });
    nc.subscribe('jambonz.results.>', {
      callback: (_, { data }) => results.push(JSON.parse(Buffer.from(data).toString())),
    });
    await nc.flush();
    calls = Array.from({ length: CALLS }, () => startCall({ url: `ws://127.0.0.1:${websocketPort}/ivr`, speed: 20 }));
    await Promise.all(calls.map((call) => call.waitFor('verb:status')));
  }, LONG_MS);

  afterAll(async () => {
    await Promise.all(calls.map((call) => call.abort()));
    await adapter.kill();
    await gateway.kill();
    await nc.close();
    await server.stop();
    await rm(logs, { recursive: true });
  }, LONG_MS);

  /** Whatever worker is asked says that it and its peers are. */
  async function allReady(): Promise<void> {
    await eventually('all workers are ready', async () => {
      const answers = await Promise.all(admin.map((url) => fetch(`${url}/readyz`).catch(() => undefined)));
      return answers.every((answer) => answer?.ok === true);
    });
  }

  /** Sends each call a command, and waits for its outcome and its effect. */
  async function say(what: string): Promise<void> {
    for (const { callSid } of calls) {
      const command = {
        type: 'command',
        command: 'redirect',
        queueCommand: true,
        data: [{ verb: 'say', id: what, text: what }],
      };
      nc.publish(`jambonz.commands.${callSid}`, JSON.stringify(command));
    }
    await Promise.all(calls.map((call) => call.waitFor(({ raw }) => raw.includes(`"finished","id":"${what}"`))));
  }

  test('share the calls that come to one port, and every command finds its call', async () => {
    await say('hello');
    expect(new Set([...sources.values()].flatMap((names) => [...names]))).toEqual(
      new Set(['/jambus/pod-0', '/jambus/pod-1']),
    );
    for (const names of sources.values()) expect(names.size).toBe(1);
    await eventually('the results', () => results.filter(({ status }) => status === 'delivered').length === CALLS);
  });

  test('go on when one of them dies: its calls come back, and no other call notices', async () => {
    const [, pid] = /"worker":1,"pid":(\d+)/.exec(await gateway.output()) ?? [];
    const ofDead = calls.filter(({ callSid }) => sources.get(callSid)?.has('/jambus/pod-1'));
    const others = calls.filter((call) => !ofDead.includes(call));
    process.kill(Number(pid), 'SIGKILL');
    await Promise.all(ofDead.map((call) => call.waitFor('session:reconnect')));
    await allReady();
    await say('again');
    expect(ofDead.length).toBeGreaterThan(0);
    expect(others.length).toBeGreaterThan(0);
    for (const call of others) expect(call.reconnects).toBe(0);
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  test('stop in good order together', async () => {
    for (const call of calls) call.hangup();
    for (const [name, service] of Object.entries({ adapter, gateway })) {
      await service.stop();
      const lines = (await readFile(join(logs, name), 'utf8')).trim().split('\n');
      expect(lines.filter((line) => line.includes('"msg":"stopped"'))).toHaveLength(2);
    }
  });
});
