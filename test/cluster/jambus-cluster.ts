import { join } from 'node:path';
import { freePort, freePorts } from '../brokers/provisioning/free-port.ts';
import {
  type Balancer,
  type JambusProcess,
  startBalancer,
  startJambusProcess,
  startTcpProxy,
  type TcpProxy,
} from '../fixtures/index.ts';

const TOKEN = 'a-token-for-tests-only';

export interface JambusClusterOptions {
  readonly gateways: number;
  readonly adapters: number;
  /** Settings of the adapters: which bus, and where it is. */
  readonly bus: Readonly<Record<string, string>>;
  /** Settings of the gateways that are their own. */
  readonly gatewaySettings?: Readonly<Record<string, string>>;
  /** Variables of every process, for telemetry. */
  readonly everywhere?: Readonly<Record<string, string>>;
  /** True: adapters dial gateways themselves; nothing is in between, and there is nothing to cut. Left out: false. */
  readonly directLinks?: boolean;
  /** Processes of each gateway and each adapter; with several, links are direct. Left out: one. */
  readonly workers?: number;
  /** A folder for the logs of all processes. Left out: they go with their processes. */
  readonly logFolder?: string;
}

/** What is different about an adapter. */
export interface AdapterOptions {
  /** The gateways that it can reach, by number; it knows them all. Left out: all. */
  readonly reaches?: readonly number[];
  /** What it shows to the gateways. Left out: what they take. */
  readonly token?: string;
  /** Settings that are its own. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Gateways and adapters as processes of their own, with a balancer in front for jambonz. */
export interface JambusCluster {
  /** Of the balancer. */
  readonly websocketUrl: string;
  /** Of each gateway. */
  readonly websocketUrls: readonly string[];
  readonly gateways: readonly JambusProcess[];
  readonly adapters: readonly JambusProcess[];
  /** Where each process says how it is: of the gateways, then of the adapters there are. */
  readonly adminUrls: readonly string[];
  /** The links between them, which can be cut: one for each pair. */
  readonly links: readonly TcpProxy[];
  /** Starts one more adapter. */
  addAdapter(options?: AdapterOptions): Promise<JambusProcess>;
  /** Starts a gateway that is gone once more, on the same ports and under the same name. */
  startGateway(number: number): Promise<JambusProcess>;
  close(): Promise<void>;
}

/** @throws what the start of a process throws; then all others are ended */
export async function startJambusCluster(options: JambusClusterOptions): Promise<JambusCluster> {
  const { workers = 1 } = options;
  const direct = options.directLinks === true || workers > 1;
  const gateways: JambusProcess[] = [];
  const adapters: JambusProcess[] = [];
  const links: TcpProxy[] = [];
  const websocketPorts: number[] = [];
  const linkPorts: number[] = [];
  const adminPorts: number[] = [];

  let processes = 0;
  const logFor = (name: string): string | undefined =>
    options.logFolder && join(options.logFolder, `${String(processes++).padStart(2, '0')}-${name}.log`);

  const startGateway = async (number: number): Promise<JambusProcess> => {
    const id = `gateway-${number + 1}`;
    const settings = {
      ...options.everywhere,
      JAMBUS_GATEWAY_ID: id,
      JAMBUS_WEBSOCKET_HOST: '127.0.0.1',
      JAMBUS_WEBSOCKET_PORT: String(websocketPorts[number]),
      JAMBUS_LINK_HOST: '127.0.0.1',
      JAMBUS_LINK_PORT: String(linkPorts[number]),
      JAMBUS_LINK_TOKEN: TOKEN,
      JAMBUS_DRAIN_MS: '3000',
      JAMBUS_WORKERS: String(workers),
      ...options.gatewaySettings,
    };
    const gateway = await startJambusProcess('gateway', linkPorts[number] as number, settings, logFor(id));
    gateways[number] = gateway;
    return gateway;
  };
  const addAdapter = async ({ reaches, token = TOKEN, settings: own }: AdapterOptions = {}): Promise<JambusProcess> => {
    const ways = direct ? [] : await Promise.all(linkPorts.map((port) => startTcpProxy(port)));
    const ports = direct ? linkPorts.map((port) => `${port}-${port + workers - 1}`) : ways.map(({ port }) => port);
    for (const [number, way] of ways.entries()) {
      if (reaches?.includes(number) === false) way.cut();
      links.push(way);
    }
    const adminPort = await freePorts(workers);
    adminPorts.push(adminPort);
    const settings = {
      ...options.everywhere,
      ...options.bus,
      JAMBUS_GATEWAYS: ports.map((port) => `ws://127.0.0.1:${port}`).join(','),
      JAMBUS_LINK_TOKEN: token,
      JAMBUS_ADMIN_HOST: '127.0.0.1',
      JAMBUS_ADMIN_PORT: String(adminPort),
      JAMBUS_WORKERS: String(workers),
      ...own,
    };
    const adapter = await startJambusProcess('adapter', adminPort, settings, logFor('adapter'));
    adapters.push(adapter);
    return adapter;
  };

  const closeProcesses = async (): Promise<void> => {
    await Promise.all(adapters.map((adapter) => adapter.kill()));
    await Promise.all(gateways.map((gateway) => gateway.kill()));
    await Promise.all(links.map((link) => link.close()));
  };

  try {
    for (let n = 0; n < options.gateways; n++) {
      websocketPorts.push(await freePort());
      linkPorts.push(await freePorts(workers));
      await startGateway(n);
    }
    for (let n = 0; n < options.adapters; n++) await addAdapter();
  } catch (error) {
    await closeProcesses();
    throw error;
  }
  const balancer: Balancer = await startBalancer(websocketPorts);

  return {
    websocketUrl: `ws://127.0.0.1:${balancer.port}/ivr`,
    websocketUrls: websocketPorts.map((port) => `ws://127.0.0.1:${port}/ivr`),
    gateways,
    adapters,
    get adminUrls() {
      return [...linkPorts, ...adminPorts].map((port) => `http://127.0.0.1:${port}`);
    },
    links,
    addAdapter,
    startGateway,
    async close() {
      await closeProcesses();
      await balancer.close();
    },
  };
}
