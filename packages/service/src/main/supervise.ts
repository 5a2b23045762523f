import { constants } from 'node:os';
import { JambusError, secretsOf } from '@jambus/schema';
import {
  createLogger,
  createMetrics,
  declareEventLoopMetrics,
  type Logger,
  type OpenTelemetry,
  startOpenTelemetry,
} from '@jambus/telemetry';
import type { Static } from '@sinclair/typebox';
import { EXIT_CODE } from '../exit-code.ts';
import { joinPeers } from '../workers/index.ts';
import type { Service, ServiceContext, ServiceSchema } from './service.ts';

/** The variables of a process. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Beyond the service's `drainMs`, in ms. */
export const STOP_MARGIN_MS = 5_000;

/** How long a crashed process may take to say goodbye to its peers, in ms. */
const CRASH_GRACE_MS = 2_000;

/** The longest that a timer of Node can be, in ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a service and resolves with the exit code of its process.
 *
 * - SIGTERM or SIGINT stops it; a second one exits at once. Having handlers is also what makes signals work as PID 1, where
 *   they have no default action.
 * - What has not stopped `drainMs` and a margin after being told to is left behind.
 * - Something thrown that nobody caught ends the process after a short goodbye: its state is unknown, and peers recover from
 *   a process that is gone, not from one that is wrong.
 *
 * @param environment for the standard variables of OpenTelemetry; all other settings are in `config`
 * @param worker which one of the processes of the service it is, from 0; left out where it is the only one
 */
export async function supervise<Schema extends ServiceSchema>(
  service: Service<Schema>,
  config: Readonly<Static<Schema>>,
  environment: Environment,
  worker?: number,
): Promise<number> {
  const ownLogger = createLogger({
    service: service.name,
    level: config.logLevel,
    secrets: secretsOf(service.schema, config),
  });
  const logger = worker === undefined ? ownLogger : ownLogger.child({ worker });
  const stop = new AbortController();
  logger.info({ pid: process.pid, node: process.version }, 'starting');
  stopOnSignals(stop, logger);
  const peers =
    worker === undefined ? undefined : joinPeers(() => stop.abort(new JambusError('stopped', 'told to stop')));
  const crash = stopOnCrash(stop, logger);
  // Node ends a process in which nothing is open, promises or not; a service may be just then between two connections.
  const alive = setInterval(() => {}, LONGEST_TIMER_MS);
  const code = await Promise.race([
    crash.overdue,
    stopOverdue(stop.signal, config.drainMs + (service.stopMarginMs ?? STOP_MARGIN_MS), logger),
    outcomeOf(service, config, environment, { logger, signal: stop.signal, peers }),
  ]);
  clearInterval(alive);
  // A service that stops in good order after a crash has crashed nevertheless.
  return crash.happened() ? EXIT_CODE.failed : code;
}

async function outcomeOf<Schema extends ServiceSchema>(
  service: Service<Schema>,
  config: Readonly<Static<Schema>>,
  environment: Environment,
  { logger, signal, peers }: Pick<ServiceContext, 'logger' | 'signal' | 'peers'>,
): Promise<number> {
  let openTelemetry: OpenTelemetry | undefined;
  try {
    openTelemetry = await startOpenTelemetry({ service: service.name, environment, logger });
    const metrics = createMetrics({
      service: service.name,
      pushed: openTelemetry.meters,
      onError: (error) => logger.warn({ err: error }, 'a metric could not be read'),
    });
    const endMeasuring = declareEventLoopMetrics(metrics);
    await service.start(config, { logger, metrics, tracing: openTelemetry.tracing, signal, peers });
    endMeasuring();
    await metrics.shutdown();
  } catch (error) {
    logger.fatal({ err: error }, signal.aborted ? 'did not stop cleanly' : 'failed');
    return error instanceof JambusError && error.code === 'bad_config' ? EXIT_CODE.badConfig : EXIT_CODE.failed;
  } finally {
    await openTelemetry?.shutdown();
  }
  if (!signal.aborted) {
    logger.fatal('stopped without being told to');
    return EXIT_CODE.failed;
  }
  logger.info('stopped');
  return EXIT_CODE.stopped;
}

function stopOnSignals(stop: AbortController, logger: Logger): void {
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) {
        logger.fatal({ signal: name }, 'told to stop while stopping, exiting at once');
        process.exit(128 + constants.signals[name]);
      }
      logger.info({ signal: name }, 'stopping');
      stop.abort(new JambusError('stopped', `${name} received`));
    });
  }
}

/** Resolves with the exit code when the time to stop is over. */
function stopOverdue(signal: AbortSignal, afterMs: number, logger: Logger): Promise<number> {
  return new Promise((resolve) => {
    const giveUp = () => {
      logger.fatal({ afterMs }, 'did not stop in time');
      resolve(EXIT_CODE.failed);
    };
    signal.addEventListener('abort', () => setTimeout(giveUp, afterMs), { once: true });
  });
}

interface Crash {
  happened(): boolean;
  /** Resolves with the exit code when the time to say goodbye is over. */
  readonly overdue: Promise<number>;
}

function stopOnCrash(stop: AbortController, logger: Logger): Crash {
  let happened = false;
  const overdue = new Promise<number>((resolve) => {
    const crash = (error: unknown, origin: string) => {
      logger.fatal({ err: error, origin }, 'crashed');
      if (happened) return;
      happened = true;
      setTimeout(() => resolve(EXIT_CODE.failed), CRASH_GRACE_MS);
      stop.abort(new JambusError('internal', 'the process has crashed', { cause: error }));
    };
    process.on('uncaughtException', (error) => crash(error, 'uncaughtException'));
    process.on('unhandledRejection', (reason) => crash(reason, 'unhandledRejection'));
  });
  return { happened: () => happened, overdue };
}
