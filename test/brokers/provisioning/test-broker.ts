import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GuardedProcess } from './guarded-process.ts';

/** A broker that tests run against, of whatever kind. */
export interface TestBroker {
  /** Of the process that runs now or ran last; undefined when the broker is not ours. */
  readonly pid: number | undefined;
  /** Its configuration, its log, its data unless told otherwise; undefined when the broker is not ours. */
  readonly folder: string | undefined;
  /** Ends it with SIGKILL. @throws Error when it is not ours */
  kill(): Promise<void>;
  /** Asks it to end, and resolves when it has. @throws Error when it is not ours */
  terminate(): Promise<void>;
  /** Has it run no further until `resume`. @throws Error when it is not ours */
  pause(): void;
  /** @throws Error when it is not ours */
  resume(): void;
  /** Ends it if it is running, and starts it on the same port with the same data. @throws Error when it is not ours */
  restart(): Promise<void>;
  /** Ends it and removes its folder. One that is not ours is left alone. */
  stop(): Promise<void>;
}

/** One that we started. */
export interface OwnBroker extends TestBroker {
  readonly pid: number;
  readonly folder: string;
}

export interface OwnBrokerOptions {
  /** For people, such as `NATS server`. */
  readonly what: string;
  /** Its folder is named after it. */
  readonly label: string;
  /** Starts the process, also for the second time in the same folder. Resolves when the broker answers. */
  readonly launch: (folder: string) => Promise<GuardedProcess>;
}

/**
 * Starts a broker in a folder of its own.
 *
 * @throws what `launch` throws; then no folder is left behind
 */
export async function ownBroker({ what, label, launch }: OwnBrokerOptions): Promise<OwnBroker> {
  const folder = await mkdtemp(join(tmpdir(), `jambus-${label}-`));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  let current = await launch(folder).catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  let stopped = false;

  return {
    folder,
    get pid() {
      return current.pid;
    },
    kill: () => current.kill(),
    terminate: () => current.terminate(),
    pause: () => current.signal('SIGSTOP'),
    resume: () => current.signal('SIGCONT'),
    async restart() {
      if (stopped) throw new Error(`this ${what} was stopped for good`);
      await current.kill();
      current = await launch(folder);
    },
    async stop() {
      stopped = true;
      await current.kill();
      await removeFolder();
    },
  };
}

/**
 * A broker that was running before, which tests use as it is.
 *
 * @param options what somebody wants of it; what can only be had of a broker of our own must be left out
 * @throws Error when it is not
 */
export function foreignBroker(
  what: string,
  origin: string,
  options: Readonly<Record<string, unknown>> = {},
): TestBroker {
  const notOurs = () => new Error(`the ${what} of ${origin} is not ours to start, configure or end`);
  if (Object.values(options).some((wish) => wish !== undefined)) throw notOurs();
  return {
    pid: undefined,
    folder: undefined,
    kill: () => Promise.reject(notOurs()),
    terminate: () => Promise.reject(notOurs()),
    pause() {
      throw notOurs();
    },
    resume() {
      throw notOurs();
    },
    restart: () => Promise.reject(notOurs()),
    stop: () => Promise.resolve(),
  };
}
