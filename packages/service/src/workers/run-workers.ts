import cluster, { type Worker } from 'node:cluster';
import { constants } from 'node:os';
import type { Logger } from '@jambus/telemetry';
import { EXIT_CODE } from '../exit-code.ts';
import { isWorkerMessage, type PrimaryMessage } from './messages.ts';

export interface WorkersOptions {
  /** How many. */
  readonly count: number;
  /** @returns the variables that tell a worker which one it is, from 0 */
  readonly environment: (index: number) => Readonly<Record<string, string>>;
  /** How long a worker may take to stop, ms; it ends by itself before. */
  readonly stopWithinMs: number;
  readonly logger: Logger;
}

/** Between the end of a worker and the start of its successor: the first time, and at most. */
const RESTART = { firstMs: 500, maxMs: 30_000 };
/** A worker that has run for so long has not failed at its start. */
const SETTLED_MS = 60_000;

interface Place {
  worker: Worker;
  startedAt: number;
  ready: boolean;
  /** How often its workers have ended soon after they had started. */
  failures: number;
  restart?: NodeJS.Timeout | undefined;
}

/**
 * Runs this program several times, behind one port where they listen on the same (node hands connections to them in turn), and
 * does no work itself.
 *
 * A worker that ends is replaced; the others go on. Until all of them have been up once, one that ends ends all, since what it
 * fails at is likely to be wrong for each. SIGTERM or SIGINT stops them in good order; a second one ends them at once. They end
 * with this process, however that ends.
 *
 * @returns the exit code: 0 when all have stopped as asked, otherwise that of the first which has not
 */
export function runWorkers({ count, environment, stopWithinMs, logger }: WorkersOptions): Promise<number> {
  const places = new Map<number, Place>();
  const everUp = new Set<number>();
  let stopping = false;
  let code: number = EXIT_CODE.stopped;

  return new Promise((resolve) => {
    const tell = (worker: Worker, message: PrimaryMessage): void => {
      if (worker.isConnected()) worker.send(message, () => {});
    };

    const tellPeers = (): void => {
      const ready = [...places.values()].filter((place) => place.ready).length;
      for (const { worker } of places.values()) tell(worker, { jambus: 'peers', ready, count });
    };

    const endIfDone = (): void => {
      if (stopping && [...places.values()].every(({ worker }) => worker.isDead())) resolve(code);
    };

    const stop = (): void => {
      if (stopping) return;
      stopping = true;
      for (const { worker, restart } of places.values()) {
        clearTimeout(restart);
        tell(worker, { jambus: 'stop' });
      }
      setTimeout(() => {
        for (const { worker } of places.values()) if (!worker.isDead()) worker.process.kill('SIGKILL');
      }, stopWithinMs);
      endIfDone();
    };

    const ended = (index: number, place: Place, worker: Worker, status: number | null, signal: string | null): void => {
      place.ready = false;
      if (stopping) {
        code ||= status ?? EXIT_CODE.failed;
        endIfDone();
        return;
      }
      logger.error({ worker: index, pid: worker.process.pid, code: status, signal }, 'worker ended');
      if (everUp.size < count) {
        code = status === null || status === EXIT_CODE.stopped ? EXIT_CODE.failed : status;
        stop();
        return;
      }
      tellPeers();
      if (Date.now() - place.startedAt >= SETTLED_MS) place.failures = 0;
      const inMs = Math.min(RESTART.maxMs, RESTART.firstMs * 2 ** place.failures++);
      place.restart = setTimeout(() => start(index, place), inMs);
    };

    const start = (index: number, former?: Place): void => {
      const worker = cluster.fork(environment(index));
      const place: Place = { worker, startedAt: Date.now(), ready: false, failures: former?.failures ?? 0 };
      places.set(index, place);
      worker.on('message', (message: unknown) => {
        if (!isWorkerMessage(message)) return;
        everUp.add(index);
        place.ready = message.ready;
        tellPeers();
      });
      worker.on('exit', (status: number | null, signal: string | null) => ended(index, place, worker, status, signal));
      worker.on('error', (error) => logger.warn({ err: error, worker: index }, 'a worker could not be told'));
    };

    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        if (stopping) {
          logger.fatal({ signal: name }, 'told to stop while stopping, exiting at once');
          process.exit(128 + constants.signals[name]);
        }
        logger.info({ signal: name }, 'stopping all workers');
        stop();
      });
    }
    logger.info({ pid: process.pid, workers: count }, 'starting workers');
    for (let index = 0; index < count; index++) start(index);
  });
}
