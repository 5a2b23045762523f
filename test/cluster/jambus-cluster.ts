import { freePort } from '../brokers/provisioning/free-port.ts';
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
  /** Variables of every process, for telemetry. */
  readonly everywhere?: Readonly<Record<string, string>>;
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
  addAdapter(): Promise<JambusProcess>;
  close(): Promise<void>;
}

export async function startJambusCluster(options: JambusClusterOptions): Promise<JambusCluster> {
  const gateways: JambusProcess[] = [];
  const adapters: JambusProcess[] = [];
  const links: TcpProxy[] = [];
  const websocketPorts: number[] = [];
  const linkPorts: number[] = [];
  const adminPorts: number[] = [];

  const addGateway = async (): Promise<void> => {
    const [websocketPort, linkPort] = [await freePort(), await freePort()];
    websocketPorts.push(websocketPort);
    linkPorts.push(linkPort);
    gateways.push(
      await startJambusProcess('gateway', linkPort, {
        ...options.everywhere,
        JAMBUS_GATEWAY_ID: `gateway-${gateways.length + 1}`,
        JAMBUS_WEBSOCKET_HOST: '127.0.0.1',
        JAMBUS_WEBSOCKET_PORT: String(websocketPort),
        JAMBUS_LINK_HOST: '127.0.0.1',
        JAMBUS_LINK_PORT: String(linkPort),
        JAMBUS_LINK_TOKEN: TOKEN,
        JAMBUS_DRAIN_MS: '3000',
      }),
    );
  };
  const addAdapter = async (): Promise<JambusProcess> => {
    const ways = await Promise.all(linkPorts.map((port) => startTcpProxy(port)));
    links.push(...ways);
    const adminPort = await freePort();
    adminPorts.push(adminPort);
    const adapter = await startJambusProcess('adapter', adminPort, {
      ...options.everywhere,
      ...options.bus,
      JAMBUS_GATEWAYS: ways.map(({ port }) => `ws://127.0.0.1:${port}`).join(','),
      JAMBUS_LINK_TOKEN: TOKEN,
      JAMBUS_ADMIN_HOST: '127.0.0.1',
      JAMBUS_ADMIN_PORT: String(adminPort),
    });
    adapters.push(adapter);
    return adapter;
  };

  for (let n = 0; n < options.gateways; n++) await addGateway();
  for (let n = 0; n < options.adapters; n++) await addAdapter();
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
    async close() {
      await Promise.all(adapters.map((adapter) => adapter.kill()));
      await Promise.all(gateways.map((gateway) => gateway.kill()));
      await Promise.all(links.map((link) => link.close()));
      await balancer.close();
    },
  };
}
