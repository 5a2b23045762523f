import { brokerBench } from './broker-bench.ts';
import { callsBench } from './calls/calls-bench.ts';
import { compareBench } from './compare/compare-bench.ts';
import { durabilityBench } from './durability-bench.ts';
import { guardBench } from './guard/guard-bench.ts';
import { kafkaBenchBroker } from './kafka-bench-broker.ts';
import { memoryBench } from './memory-bench.ts';
import { natsBenchBroker } from './nats-bench-broker.ts';
import { strangersBench } from './strangers-bench.ts';
import { workersBench } from './workers/workers-bench.ts';

/*
 * What jambus costs on this machine, on the bus that is named: `memory` (all in one process, when none is named), `nats` or
 * `kafka` (gateway and adapter as processes, a real broker). `durability nats` and `durability kafka` compare what brokers do
 * before they confirm a record. `strangers [seconds] [kind]` tells what other calls notice of those who attack the port of jambonz.
 * `workers nats` and `workers kafka` tell how much more two workers of each service carry than one.
 * `calls nats` and `calls kafka` tell what a thousand calls at a time cost a service with @jambus/client, and one with @jambonz/sdk.
 * `guard` compares the CPU of a round trip with what is recorded in the repository; `guard --record` records it anew.
 * With `--compare [bus]`, jambus beside what people would write themselves; `--compare --help` says more.
 */

const BENCHES: Readonly<Record<string, (...args: readonly string[]) => Promise<void>>> = {
  memory: memoryBench,
  kafka: () => brokerBench(kafkaBenchBroker),
  nats: () => brokerBench(natsBenchBroker),
  durability: durabilityBench,
  strangers: strangersBench,
  workers: workersBench,
  calls: callsBench,
  guard: guardBench,
};

const [, , name = 'memory', ...args] = process.argv;
const bench = BENCHES[name];
if (process.argv.includes('--compare')) {
  process.exit(await compareBench(process.argv.slice(2)));
} else if (bench === undefined) {
  process.stderr.write(`there is no bench "${name}"; there are ${Object.keys(BENCHES).join(', ')}\n`);
  process.exitCode = 2;
} else {
  await bench(...args);
}
