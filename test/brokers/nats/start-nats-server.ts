import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../provisioning/free-port.ts';
import { reasonOf } from '../provisioning/reason-of.ts';
import { findNatsServer } from './find-nats-server.ts';
import { launch } from './launch.ts';
import type { NatsServerSource } from './nats-server-source.ts';
import type { NatsVersion } from './nats-version.ts';

export interface NatsServerOptions {
  /** Left out: any. */
  readonly version?: NatsVersion;
  /** More lines for the configuration file. */
  readonly config?: string;
  /** Where JetStream keeps its files. It is the caller's and stays; left out: a folder that goes with the server. */
  readonly storeDir?: string;
  /** Of 127.0.0.1; left out: a free one. */
  readonly port?: number;
}

/** A NATS server with JetStream. */
export interface NatsServer {
  readonly url: string;
  /** Such as `2.9.10`. */
  readonly version: string;
  readonly port: number;
  /** Of the process that runs now or ran last; undefined when the server is not ours. */
  readonly pid: number | undefined;
  /** Its configuration, its log (nats.log), its store unless told otherwise; undefined when the server is not ours. */
  readonly folder: string | undefined;
  /** Ends it with SIGKILL. @throws Error when it is not ours */
  kill(): Promise<void>;
  /** Ends it if it is running, and starts it on the same port with the same store. @throws Error when it is not ours */
  restart(): Promise<void>;
  /** Ends it and removes its folder. One that is not ours is left alone. */
  stop(): Promise<void>;
}

type OwnSource = Exclude<NatsServerSource, { readonly kind: 'running' }>;
type RunningSource = Extract<NatsServerSource, { readonly kind: 'running' }>;

const PORT_ATTEMPTS = 5;
/** In the words of the server, and in those of Docker. */
const PORT_TAKEN = /address already in use|port is already allocated/;

/**
 * Starts a server in a process of its own, which ends with this one at the latest. Resolves when it answers.
 *
 * @throws Error when there is no such server on this machine; with what it said last when it does not start
 */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const source = await findNatsServer(options.version);
  if (!source.available) throw new Error(source.line);
  if (source.kind === 'running') return runningServer(source, options);

  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ownServer(source, options.port ?? (await freePort()), options);
    } catch (error) {
      // Somebody else may have taken the free port since.
      const taken = PORT_TAKEN.test(reasonOf(error));
      if (!taken || options.port !== undefined || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function ownServer(source: OwnSource, port: number, options: NatsServerOptions): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'jambus-nats-'));
  const settings = { source, port, folder, storeDir: options.storeDir ?? folder, config: options.config ?? '' };
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  let current = await launch(settings).catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  let stopped = false;

  return {
    url: `nats://127.0.0.1:${port}`,
    version: source.version,
    port,
    folder,
    get pid() {
      return current.pid;
    },
    kill: () => current.kill(),
    async restart() {
      if (stopped) throw new Error('this NATS server was stopped for good');
      await current.kill();
      current = await launch(settings);
    },
    async stop() {
      stopped = true;
      await current.kill();
      await removeFolder();
    },
  };
}

/** @throws Error when the options ask for what only a server of our own can have */
function runningServer({ url, version, origin }: RunningSource, options: NatsServerOptions): NatsServer {
  const notOurs = () => new Error(`the NATS server of ${origin} is not ours to start, configure or end`);
  if (options.config !== undefined || options.storeDir !== undefined || options.port !== undefined) throw notOurs();
  return {
    url,
    version,
    port: Number(new URL(url).port || 4222),
    pid: undefined,
    folder: undefined,
    kill: () => Promise.reject(notOurs()),
    restart: () => Promise.reject(notOurs()),
    stop: () => Promise.resolve(),
  };
}
