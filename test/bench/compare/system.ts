import { setTimeout as delay } from 'node:timers/promises';
import { startJambusCluster } from '../../cluster/jambus-cluster.ts';
import type { BenchBroker, SharedBroker } from '../bench-broker.ts';
import type { FastCall } from '../fast-jambonz.ts';
import { startOneWayTrips, startRoundTrips } from '../round-trips.ts';
import { setUpCalls } from '../set-up-calls.ts';
import type { Pace, TripsReport, Until } from '../trips.ts';
import type { SystemName } from './measurement.ts';
import { startPeer } from './peer-process.ts';

/** The processes of a system. */
interface Processes {
  readonly websocketUrls: readonly string[];
  readonly pids: readonly number[];
  /** What each process has written. */
  outputs(): Promise<string[]>;
  /** Stops that which reads commands, in the middle of what it does. */
  pause(): void;
  resume(): void;
  end(): Promise<void>;
}

/** jambus or a peer under load: its processes, its calls, and a microservice on its bus. */
export interface System extends Processes {
  readonly name: SystemName;
  readonly microservice: BenchBroker;
  /** The open calls, by their `call_sid`. */
  readonly calls: readonly string[];
  /** Opens calls until there are so many. */
  openCalls(count: number): Promise<void>;
  /** Sets up new calls, 50 side by side, and closes them again. @returns how many there were a second */
  setUp(until: Until): Promise<number>;
  roundTrips(load: Load): Promise<TripsReport>;
  oneWay(load: Load): Promise<TripsReport>;
  /** Publishes to a system that is stopped and lets it go on. Resolves when jambonz has all. @returns how many a second */
  drain(count: number): Promise<number>;
}

/** What is done with the open calls. */
export interface Load {
  readonly pace: Pace;
  readonly until: Until;
  /** Over how many of them, the first ones. Left out: all. */
  readonly calls?: number;
}

export interface SystemOptions {
  readonly bus: 'nats' | 'kafka';
  readonly broker: SharedBroker;
  /** First part of its names on the bus, which is used once. */
  readonly prefix: string;
  /** Gateways, and as many adapters; peers are one process. Left out: one. */
  readonly pairs?: number;
  /** More of the environment of its processes. */
  readonly environment?: Readonly<Record<string, string>>;
}

const APPLICATION = Buffer.from('{"type":"command","command":"redirect","data":[{"verb":"say","text":"welcome"}]}');
/** Calls that are opened to be there, and not to be measured. */
const SIDE_BY_SIDE = 10;
const READY_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 20;

/** @throws Error when it does not come up */
export async function startSystem(name: SystemName, options: SystemOptions): Promise<System> {
  const { broker, prefix } = options;
  const microservice = await broker.microservice(prefix);
  const processes = await (name === 'jambus' ? jambus(microservice, options) : peer(name, options));
  const calls: FastCall[] = [];
  let first = 0;
  let onStatus: (payload: Uint8Array) => void = () => {};
  let onCommand: (text: string) => void = () => {};
  await microservice.listen(
    (callSid) => microservice.publish(callSid, APPLICATION),
    (payload) => onStatus(payload),
  );

  const open = async (until: Until, sideBySide?: number) => {
    const opened = await setUpCalls(processes.websocketUrls, {
      first,
      until,
      ...(sideBySide && { sideBySide }),
      onCommand: (text) => onCommand(text),
    });
    first += opened.calls.length;
    return opened;
  };
  const callSids = () => calls.map(({ callSid }) => callSid);
  const { publish } = microservice;

  return {
    ...processes,
    name,
    microservice,
    get calls() {
      return callSids();
    },
    async openCalls(count) {
      if (calls.length >= count) return;
      calls.push(...(await open({ count: count - calls.length }, SIDE_BY_SIDE)).calls);
    },
    async setUp(until) {
      const { calls: opened, elapsedMs } = await open(until);
      for (const call of opened) call.close();
      return (opened.length / elapsedMs) * 1_000;
    },
    async roundTrips(load) {
      const trips = startRoundTrips({ ...load, calls: callSids().slice(0, load.calls), publish });
      onStatus = trips.onStatus;
      return trips.done;
    },
    async oneWay(load) {
      const trips = startOneWayTrips({ ...load, calls: callSids().slice(0, load.calls), publish });
      onCommand = trips.onCommand;
      return trips.done.finally(() => {
        onCommand = () => {};
      });
    },
    async drain(count) {
      let startedAt = 0;
      processes.pause();
      // Everything is on its way at once, and nothing more follows.
      const trips = startOneWayTrips({ pace: { underWay: count }, until: { count }, calls: callSids(), publish });
      onCommand = trips.onCommand;
      await microservice.flush().finally(() => {
        startedAt = performance.now();
        processes.resume();
      });
      await trips.done;
      return (count / (performance.now() - startedAt)) * 1_000;
    },
    async end() {
      for (const call of calls) call.vanish();
      await processes.end();
      await microservice.close();
      await broker.forget(prefix);
    },
  };
}

async function jambus({ settings }: BenchBroker, { pairs = 1, environment }: SystemOptions): Promise<Processes> {
  const cluster = await startJambusCluster({
    gateways: pairs,
    adapters: pairs,
    bus: settings,
    directLinks: true,
    ...(environment && { everywhere: environment }),
  });
  await Promise.all(cluster.adminUrls.map((url) => ready(url)));
  const all = [...cluster.gateways, ...cluster.adapters];
  return {
    websocketUrls: cluster.websocketUrls,
    pids: all.map(({ pid }) => pid),
    outputs: () => Promise.all(all.map((one) => one.output())),
    pause() {
      for (const adapter of cluster.adapters) adapter.pause();
    },
    resume() {
      for (const adapter of cluster.adapters) adapter.resume();
    },
    end: () => cluster.close(),
  };
}

async function peer(name: Exclude<SystemName, 'jambus'>, options: SystemOptions): Promise<Processes> {
  const { bus, broker, prefix, environment } = options;
  await broker.prepare(prefix);
  const process = await startPeer(name, { bus, servers: broker.servers, prefix, ...(environment && { environment }) });
  return {
    websocketUrls: [process.websocketUrl],
    pids: [process.pid],
    outputs: async () => [await process.output()],
    pause: process.pause,
    resume: process.resume,
    end: process.kill,
  };
}

/** Resolves when a process of jambus says that it is ready. @param adminUrl of its admin port */
export async function ready(adminUrl: string, lookAgainMs = LOOK_AGAIN_MS): Promise<void> {
  for (const until = Date.now() + READY_WITHIN_MS; Date.now() < until; await delay(lookAgainMs)) {
    const response = await fetch(`${adminUrl}/readyz`).catch(() => undefined);
    // Unread, an answer would keep its connection, of which an admin port takes so many and no more.
    await response?.arrayBuffer();
    if (response?.ok === true) return;
  }
  throw new Error(`${adminUrl} is not ready in ${READY_WITHIN_MS / 1_000} s`);
}
