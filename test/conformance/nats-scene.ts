// The helper is code that tests import, so it is compiled with the package, which knows nothing of jest otherwise.
/// <reference types="jest" />
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Bus,
  type BusMessage,
  type CommandHandler,
  type CommandRecord,
  connectNatsBus,
  type NatsBusOptions,
  type NatsStreamSettings,
} from '@jambus/bus';
import { busNames } from '@jambus/schema';
import { connect, type JetStreamManager, type NatsConnection } from 'nats';
import type { NatsForTests, NatsServer } from '../brokers/nats/index.ts';
import { DONE } from './scene.ts';

/** How long the slowest thing may take here, ms. */
const PATIENCE_MS = 15_000;
/** For tests that start servers, ms. */
export const LONG_MS = 60_000;

export type NatsBusChoices = Partial<NatsBusOptions> & { readonly streams?: Partial<NatsStreamSettings> };

/** A handler at work on a bus. */
export interface Handling {
  /** What it was given. */
  readonly handled: readonly CommandRecord[];
  /** Stops it, in good order. */
  end(): Promise<void>;
  readonly running: Promise<void>;
}

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
    handle(bus, handler = async () => DONE) {
      const handled: CommandRecord[] = [];
      const stop = new AbortController();
      const running = bus.commands.run(async (record, signal) => {
        handled.push(record);
        return handler(record, signal);
      }, stop.signal);
      const end = () => {
        stop.abort();
        return running;
      };
      ending.push(end);
      return { handled, end, running };
    },
    send: (callSid, text) => nc.jetstream().publish(`${prefix()}.commands.${callSid}`, text),
    storedIn: async (channel) => (await jsm.streams.info(`${prefix()}-${channel}`)).state.messages,
  };
}

/** What the promise is rejected with; undefined when it is not. */
export function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Resolves when the assertion holds; at last with its own failure. */
export async function eventually(assertion: () => void | Promise<void>): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await assertion();
    } catch (failure) {
      if (performance.now() > until) throw failure;
    }
    await sleep(10);
  }
}

/** A `verb:status` whose id and payload are made of the text. */
export function eventOf(callSid: string, text: string): BusMessage {
  return {
    channel: 'events',
    callSid,
    type: 'verb:status',
    attributes: { id: `${callSid}/1/${text}`, time: '2026-11-22T12:00:00.000Z' },
    payload: new TextEncoder().encode(text),
  };
}
