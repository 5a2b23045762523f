import { connect, headers, type Msg, type NatsConnection } from 'nats';
import type { NatsServer } from '../../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../../cluster/jambus-cluster.ts';
import type { JambusProcess } from '../../fixtures/index.ts';
import { type SimulatedCall, startCall } from '../../simulator/index.ts';
import { eventually } from '../cluster-harness.ts';

/** The two applications, which are their prefixes, too. */
export type Application = 'sales' | 'support';

const PATHS: Readonly<Record<Application, string>> = { sales: '/sales/north', support: '/support' };
const ADAPTERS = 2;
const PATIENCE_MS = 45_000;
const STREAM_BYTES = 64 * 1024 * 1024;
/** A call goes on for as long as the test needs it. */
const LONG_S = 100_000;

/** What has come on the bus about a call. */
export interface Heard {
  readonly prefix: string;
  readonly channel: string;
  readonly callSid: string;
  readonly sequence: number;
  readonly epoch: number;
  readonly text: string;
}

export interface TwoBuses {
  readonly cluster: JambusCluster;
  /** Everything on both prefixes so far, in its order. */
  readonly heard: readonly Heard[];
  /** The adapters of an application that run. */
  readonly adapters: Readonly<Record<Application, readonly JambusProcess[]>>;
  call(application: Application): SimulatedCall;
  /** Calls that have their application, given to them by a service on their bus. */
  liveCalls(application: Application, count: number): Promise<SimulatedCall[]>;
  startAdapters(application: Application): Promise<void>;
  stopAdapters(application: Application): Promise<void>;
  /** Publishes a command that has the call run a verb with this id. @returns the id of the command */
  command(prefix: Application, callSid: string, verb: string): string;
  request(prefix: Application, callSid: string, verb: string): Promise<Msg>;
  /** The outcome of a command on this bus, as its result says. */
  outcome(prefix: Application, commandId: string): Promise<Outcome>;
  /** What a bus has about a call. */
  about(prefix: Application, callSid: string): Heard[];
  close(): Promise<void>;
}

export interface Outcome {
  readonly commandId: string;
  readonly callSid: string;
  readonly status: string;
  readonly code?: string;
  readonly detail?: string;
  readonly at: string;
}

const redirect = (verbs: readonly object[]): string =>
  JSON.stringify({ type: 'command', command: 'redirect', data: verbs });
/** The verb shows itself by its `verb:status`, and the call waits behind it. */
const verbs = (id: string): readonly object[] => [
  { verb: 'pause', id, length: 0 },
  { verb: 'pause', length: LONG_S },
];

/** Two gateways that both applications share, and two adapters for each of them, on one server. */
export async function startTwoBuses(server: NatsServer): Promise<TwoBuses> {
  const nc: NatsConnection = await connect({ servers: server.url });
  const heard: Heard[] = [];
  const calls: SimulatedCall[] = [];
  const adapters: Record<Application, JambusProcess[]> = { sales: [], support: [] };
  let commands = 0;

  for (const prefix of Object.keys(PATHS)) {
    for (const channel of ['events', 'results']) {
      nc.subscribe(`${prefix}.${channel}.>`, {
        callback(_error, { subject, headers: attributes, data }) {
          const number = (name: string): number => Number(attributes?.get(name));
          const callSid = subject.split('.')[2] ?? '';
          const text = Buffer.from(data).toString();
          heard.push({ prefix, channel, callSid, sequence: number('ce-sequence'), epoch: number('ce-epoch'), text });
          // A service that answers at once, on its own bus.
          if (subject.endsWith('.session.new')) nc.publish(`${prefix}.commands.${callSid}`, redirect(verbs('hi')));
        },
      });
    }
  }
  await nc.flush();
  const cluster = await startJambusCluster({
    gateways: 2,
    adapters: 0,
    // The server has room for one set of streams of the usual size.
    bus: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url, JAMBUS_NATS_MAX_BYTES: String(STREAM_BYTES) },
    gatewaySettings: { JAMBUS_APPLICATIONS: '{"/sales/*":"sales","/support":"support"}' },
  });

  const two: TwoBuses = {
    cluster,
    heard,
    adapters,
    call(application) {
      const url = cluster.websocketUrl.replace('/ivr', PATHS[application]);
      const call = startCall({ url, speed: 20, compression: false });
      calls.push(call);
      return call;
    },
    async liveCalls(application, count) {
      const started = Array.from({ length: count }, () => two.call(application));
      await Promise.all(started.map((call) => call.waitFor(({ raw }) => raw.includes('"finished"'), PATIENCE_MS)));
      return started;
    },
    async startAdapters(application) {
      const settings = { JAMBUS_PREFIX: application };
      while (adapters[application].length < ADAPTERS) {
        adapters[application].push(await cluster.addAdapter({ settings }));
      }
    },
    async stopAdapters(application) {
      await Promise.all(adapters[application].splice(0).map((adapter) => adapter.stop()));
    },
    command(prefix, callSid, verb) {
      const id = `${verb}-${++commands}`;
      const attributes = headers();
      attributes.set('ce-id', id);
      nc.publish(`${prefix}.commands.${callSid}`, redirect(verbs(verb)), { headers: attributes });
      return id;
    },
    request: (prefix, callSid, verb) =>
      nc.request(`${prefix}.request.${callSid}`, redirect(verbs(verb)), { timeout: PATIENCE_MS }),
    async outcome(prefix, commandId) {
      const find = (): Outcome | undefined =>
        heard
          .filter((each) => each.prefix === prefix && each.channel === 'results')
          .map(({ text }) => JSON.parse(text) as Outcome)
          .find((result) => result.commandId === commandId);
      await eventually(`the outcome of ${commandId}`, () => find() !== undefined, PATIENCE_MS);
      return find() as Outcome;
    },
    about: (prefix, callSid) => heard.filter((each) => each.prefix === prefix && each.callSid === callSid),
    async close() {
      await Promise.all(calls.map((call) => call.abort()));
      await cluster.close();
      await nc.close();
    },
  };
  return two;
}
