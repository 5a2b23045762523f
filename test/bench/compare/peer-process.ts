import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../brokers/provisioning/free-port.ts';
import { type GuardedProcess, startGuarded } from '../../brokers/provisioning/guarded-process.ts';
import { REPOSITORY } from '../../fixtures/repository.ts';

export type PeerName = 'documented' | 'expert' | 'raw' | 'order';

export interface PeerOptions {
  /** `sdk`: none. */
  readonly bus: 'nats' | 'kafka' | 'sdk';
  readonly servers: string;
  readonly prefix: string;
  /** More of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A peer as its own process, from its built file. */
export interface PeerProcess {
  readonly pid: number;
  readonly websocketUrl: string;
  /** What it has written so far. */
  output(): Promise<string>;
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
}

/** Documented ones on a busy machine take their time. */
const STARTS_WITHIN_MS = 45_000;
const LOOK_AGAIN_MS = 5;

/**
 * Starts `peers/<name>-<bus>`. A peer listens for jambonz last, so it is ready when its port answers.
 *
 * @throws Error with its log when it does not come up
 */
export async function startPeer(name: PeerName, options: PeerOptions): Promise<PeerProcess> {
  const main = join(REPOSITORY, `test/dist/bench/peers/${name}-${options.bus}.js`);
  const folder = await mkdtemp(join(tmpdir(), `jambus-peer-${name}-`));
  const logFile = join(folder, 'log');
  const port = await freePort();
  const environment = {
    ...options.environment,
    BUS_SERVERS: options.servers,
    BUS_PREFIX: options.prefix,
    PORT: String(port),
    // It has always had the partitioner that it has now.
    KAFKAJS_NO_PARTITIONER_WARNING: '1',
  };
  const variables = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  const child = await startGuarded({ file: 'env', args: [...variables, process.execPath, main], logFile, folder });
  const kill = async (): Promise<void> => {
    await child.kill();
    await rm(folder, { recursive: true, force: true });
  };
  const output = () => readFile(logFile, 'utf8');
  try {
    await listening(child, port);
  } catch (error) {
    const log = await output();
    await kill();
    throw new Error(`the peer ${name} did not come up on ${options.bus}:\n${log}`, { cause: error });
  }
  return {
    pid: child.pid,
    websocketUrl: `ws://127.0.0.1:${port}/`,
    output,
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
    kill,
  };
}

async function listening(child: GuardedProcess, port: number): Promise<void> {
  const until = Date.now() + STARTS_WITHIN_MS;
  while (child.ending === undefined && Date.now() < until) {
    if (await accepts(port)) return;
    await delay(LOOK_AGAIN_MS);
  }
  throw new Error(child.ending ?? 'not listening in time');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
