import cluster from 'node:cluster';
import { JambusError, loadConfig, secretsOf } from '@jambus/schema';
import { createLogger, VERSION } from '@jambus/telemetry';
import type { Static } from '@sinclair/typebox';
import { EXIT_CODE } from '../exit-code.ts';
import { runWorkers } from '../workers/index.ts';
import { helpText, parseArguments } from './command-line.ts';
import type { Service, ServiceSchema } from './service.ts';
import { STOP_MARGIN_MS, supervise } from './supervise.ts';

/** Tells a worker which one it is. No setting: the process that starts it sets it. */
const WORKER = 'WORKER_OF_JAMBUS';

/** Beyond the time in which a worker ends by itself, ms. */
const KILL_AFTER_MS = 2_000;

/**
 * A whole process around a service. This and what it calls is the only code that knows the process: arguments, environment,
 * signals, exit codes. Never resolves, it exits.
 *
 * Standard output has log lines only, but for `--help` and `--version`; faults of settings go to standard error, for people.
 */
export async function runMain<Schema extends ServiceSchema>(service: Service<Schema>): Promise<never> {
  const request = parseArguments(process.argv.slice(2));
  switch (request.kind) {
    case 'help':
      process.stdout.write(helpText(service.name, VERSION, service.schema));
      return process.exit(EXIT_CODE.stopped);
    case 'version':
      process.stdout.write(`${VERSION}\n`);
      return process.exit(EXIT_CODE.stopped);
    case 'unknown':
      process.stderr.write(`jambus ${service.name}: unknown argument ${request.argument}, see --help\n`);
      return process.exit(EXIT_CODE.usage);
    case 'run':
      return process.exit(await run(service, configOf(service), process.env));
  }
}

/** One process, or one that starts and watches several. @returns the exit code */
function run<Schema extends ServiceSchema>(
  service: Service<Schema>,
  config: Readonly<Static<Schema>>,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const count = service.workers?.count(config) ?? 1;
  if (service.workers === undefined || count === 1) return supervise(service, config, environment);
  if (!cluster.isPrimary) {
    const index = Number(environment[WORKER]);
    return supervise(service, service.workers.share(config, index), environment, index);
  }
  return runWorkers({
    count,
    environment: (index) => ({ [WORKER]: String(index) }),
    stopWithinMs: config.drainMs + (service.stopMarginMs ?? STOP_MARGIN_MS) + KILL_AFTER_MS,
    logger: createLogger({ service: service.name, level: config.logLevel, secrets: secretsOf(service.schema, config) }),
  });
}

function configOf<Schema extends ServiceSchema>(service: Service<Schema>): Readonly<Static<Schema>> {
  try {
    return loadConfig(service.schema, process.env);
  } catch (error) {
    if (!(error instanceof JambusError) || error.code !== 'bad_config') throw error;
    process.stderr.write(`jambus ${service.name}: ${error.message}\n`);
    return process.exit(EXIT_CODE.badConfig);
  }
}
