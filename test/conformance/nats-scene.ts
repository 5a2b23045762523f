// The helper is code that tests import, so it is compiled with the package, which knows nothing of jest otherwise.
/// <reference types="jest" />
import {
  type Bus,
  type CommandHandler,
  connectNatsBus,
  type NatsBusOptions,
  type NatsStreamSettings,
} from '@jambus/bus';
import { busNames } from '@jambus/schema';
import { connect, type JetStreamManager, type NatsConnection } from 'nats';
import type { NatsForTests, NatsServer } from '../brokers/nats/index.ts';
import { type Handling, handleOn, LONG_MS } from './driver-support.ts';

export type NatsBusChoices = Partial<NatsBusOptions> & { readonly streams?: Partial<NatsStreamSettings> };

/** A server for all tests of a suite, and names of its own for each. */
export interface NatsScene {
  readonly server: NatsServer;
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly prefix: string;
  /** What is to be ended after the test, last first. */
  readonly ending: (() => Promise<unknown>)[];
  connectBus(options?: NatsBusChoices): Promise<Bus>;
  handle(bus: Bus, handler?: CommandHandler): Handling;
  /** Resolves when the stream has the command. */
  send(callSid: string, text: string): Promise<unknown>;
  /** How many messages the channel's stream has. */
  storedIn(channel: string): Promise<number>;
}

/** To be called in the body of a suite. */
export function natsScene(nats: NatsForTests): NatsScene {
  let server: NatsServer;
  let nc: NatsConnection;
  let jsm: JetStreamManager;
  let cases = 0;
  const ending: (() => Promise<unknown>)[] = [];
  const prefix = () => `case-${cases}`;

  beforeAll(async () => {
    server = await nats.start();
    nc = await connect({ port: server.port, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    jsm = await nc.jetstreamManager();
  }, LONG_MS);

  beforeEach(() => {
    cases++;
  });

  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  }, LONG_MS);

  afterAll(async () => {
    await nc.close();
    await server.stop();
  });

  return {
    get server() {
      return server;
    },
    get nc() {
      return nc;
    },
    get jsm() {
      return jsm;
    },
    get prefix() {
      return prefix();
    },
    ending,
    async connectBus(options = {}) {
      const bus = await connectNatsBus({
        connection: { servers: [server.url] },
        names: busNames(prefix()),
        leaseMs: 1_000,
        onTrouble: () => {},
        ...options,
        streams: { partitions: 2, maxBytes: 16 * 1024 * 1024, ...options.streams },
      });
      ending.push(() => bus.close());
      return bus;
    },
    handle(bus, handler) {
      const handling = handleOn(bus, handler);
      ending.push(handling.end);
      return handling;
    },
    send: (callSid, text) => nc.jetstream().publish(`${prefix()}.commands.${callSid}`, text),
    storedIn: async (channel) => (await jsm.streams.info(`${prefix()}-${channel}`)).state.messages,
  };
}
