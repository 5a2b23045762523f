import { JambusError, loadConfig } from '@jambus/schema';
import { VERSION } from '@jambus/telemetry';
import type { Static } from '@sinclair/typebox';
import { helpText, parseArguments } from './command-line.ts';
import { EXIT_CODE } from './exit-code.ts';
import type { Service, ServiceSchema } from './service.ts';
import { supervise } from './supervise.ts';

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
      return process.exit(await supervise(service, configOf(service), process.env));
  }
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
