import type { SharedBroker } from '../bench-broker.ts';
import { sharedKafka } from '../kafka-bench-broker.ts';
import { sharedNats } from '../nats-bench-broker.ts';
import { type CompareOptions, HELP, parseArguments } from './arguments.ts';
import { compareMemory } from './compare-memory.ts';
import { jsonLine, type Measurement, SYSTEMS, type Versions } from './measurement.ts';
import { type System, startSystem } from './system.ts';
import { markdownTable } from './table.ts';
import { versions } from './versions.ts';
import { WORKS, type WorkContext, warmUp } from './works/index.ts';

const BROKERS = { nats: () => sharedNats(), kafka: sharedKafka } as const;

/**
 * jambus beside its peers: processes on one broker, under one load, in alternating rounds.
 *
 * @param argv the arguments behind the script's name
 * @returns the exit code
 */
export async function compareBench(argv: readonly string[]): Promise<number> {
  const request = parseArguments(argv);
  if (request.kind === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  if (request.kind === 'usage') {
    process.stderr.write(`${request.fault}\n\n${HELP}`);
    return 2;
  }
  const { options } = request;
  if (options.bus === 'memory') return conclude(await compareMemory(options, tellOf(await versions())), 0);
  const broker = await BROKERS[options.bus]();
  try {
    const { measurements, failures } = await runAll(options, broker);
    return conclude(measurements, failures);
  } finally {
    await broker.close();
  }
}

async function runAll(options: CompareOptions, broker: SharedBroker) {
  const measurements: Measurement[] = [];
  const tell = tellOf(await versions(broker.name));
  const systems = createSystems(options, broker);
  let failures = 0;
  for (const work of options.works) {
    progress(work);
    const record: WorkContext['record'] = (measured) => {
      const measurement = { bus: options.bus, work, ...measured };
      measurements.push(measurement);
      tell(measurement);
    };
    try {
      await WORKS[work]({ ...systems, options, record });
    } catch (error) {
      failures++;
      progress(`${work} failed: ${error instanceof Error ? error.stack : error}`);
    }
  }
  await systems.end();
  return { measurements, failures };
}

/** @returns what writes a measurement as it comes */
function tellOf(all: Versions): (measurement: Measurement) => void {
  return (measurement) => process.stdout.write(`${jsonLine(measurement, all)}\n`);
}

function conclude(measurements: readonly Measurement[], failures: number): number {
  process.stdout.write(`\n${markdownTable(measurements)}\n`);
  return failures === 0 ? 0 : 1;
}

/** The systems of a run: standing ones are started when they are first asked for, and ended when a work wants others. */
function createSystems(options: CompareOptions, broker: SharedBroker) {
  const { bus, calls } = options;
  if (bus === 'memory') throw new Error('there is nothing to start on the memory bus');
  let standing: System[] = [];
  let places = 0;
  const prefixFor = (name: string): string => `${name}${++places}`;

  const endStanding = async (): Promise<void> => {
    const all = standing;
    standing = [];
    for (const system of all) await system.end();
  };
  const startStanding = async (): Promise<void> => {
    for (const name of SYSTEMS) {
      progress(`${name}: ${calls} calls`);
      const system = await startSystem(name, { bus, broker, prefix: prefixFor(name) });
      standing.push(system);
      await system.openCalls(calls);
      await warmUp(system, options);
    }
  };

  return {
    async standing() {
      if (standing.length > 0) return standing;
      try {
        await startStanding();
      } catch (error) {
        // Some would be there without the others.
        await endStanding();
        throw error;
      }
      return standing;
    },
    async start(...[name, more]: Parameters<WorkContext['start']>) {
      await endStanding();
      return startSystem(name, { bus, broker, prefix: prefixFor(name), ...more });
    },
    async place(...[name]: Parameters<WorkContext['place']>) {
      await endStanding();
      const prefix = prefixFor(name);
      const microservice = await broker.microservice(prefix);
      if (name !== 'jambus') await broker.prepare(prefix);
      const end = async (): Promise<void> => {
        await microservice.close();
        await broker.forget(prefix);
      };
      return { bus, servers: broker.servers, prefix, settings: microservice.settings, end };
    },
    end: endStanding,
  };
}

function progress(what: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
}
