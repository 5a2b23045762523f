import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeWithKafka } from '../brokers/kafka/index.ts';
import { describeWithNats } from '../brokers/nats/index.ts';
import { type GuardedProcess, startGuarded } from '../brokers/provisioning/guarded-process.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { type CallScript, type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

const SPEED = 4;
const LONG_MS = 150_000;

const ORDERS_A_PIZZA: CallScript = {
  caller: [
    {
      trigger: { kind: 'hook', hook: '/order' },
      action: { kind: 'speech', speech: 'One margherita' },
      delayMs: undefined,
    },
  ],
  faults: [],
  durations: {},
};

/** A bus, and the examples that know nothing else. */
interface ExampleBus {
  readonly folder: string;
  readonly examples: readonly string[];
  start(): Promise<Running>;
}

interface Running {
  /** Of the adapter. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the examples are told. */
  readonly address: string;
  stop(): Promise<void>;
}

await describeWithNats('the examples on NATS', {}, (nats) => {
  describeExamples({
    folder: 'nats',
    examples: ['ivr-plain-nats'],
    start: async () => {
      const { url, stop } = await nats.start();
      return { settings: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: url }, address: url, stop };
    },
  });
});

await describeWithKafka('the examples on Kafka', {}, (kafka) => {
  describeExamples({
    folder: 'kafka',
    examples: ['ivr-plain-kafka'],
    start: async () => {
      const { brokers, stop } = await kafka.start();
      const address = brokers[0] ?? '';
      return { settings: { JAMBUS_BUS: 'kafka', JAMBUS_KAFKA_BROKERS: address }, address, stop };
    },
  });
});

/** Every service is a process of its own: a broker, gateway, adapter, and the example. */
function describeExamples(bus: ExampleBus): void {
  let running: Running;
  let cluster: JambusCluster;
  let folder: string;
  const ending: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    running = await bus.start();
    cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus: running.settings });
  }, LONG_MS);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jambus-example-'));
    ending.push(() => rm(folder, { recursive: true, force: true }));
  });
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  }, LONG_MS);
  afterAll(async () => {
    await cluster.close();
    await running.stop();
  }, LONG_MS);

  /** Starts an example; resolves when it serves calls. */
  async function startExample(name: string): Promise<GuardedProcess & { printed(): Promise<string> }> {
    const main = fileURLToPath(new URL(`../dist/examples/${bus.folder}/${name}.js`, import.meta.url));
    const logFile = join(folder, 'log');
    const example = await startGuarded({
      file: process.execPath,
      args: [main, running.address],
      logFile,
      folder,
    });
    ending.push(() => example.kill());
    const printed = (): Promise<string> => readFile(logFile, 'utf8');
    await eventually('the example', async () => {
      if (example.ending !== undefined) throw new Error(`it ended, ${example.ending}: ${await printed()}`);
      return (await printed()).includes('serving calls');
    });
    return Object.assign(example, { printed });
  }

  function call(): SimulatedCall {
    const placed = startCall({ url: cluster.websocketUrl, speed: SPEED, script: ORDERS_A_PIZZA });
    ending.push(() => placed.abort());
    return placed;
  }

  test.each(bus.examples)(
    '%s takes an order by phone and hangs up',
    async (name) => {
      const example = await startExample(name);
      const placed = call();
      const outcome = await placed.ended;

      expect(textsFor(placed)).toEqual(["Welcome to Mario's!", 'What would you like?', 'One margherita? Coming up!']);
      // None was cut short: each began, and ended by itself.
      expect(finishedIn(placed)).toEqual(['config', 'answer', 'say', 'gather', 'say goodbye']);
      expect(outcome).toMatchObject({ reason: 'completed', sipStatus: 200 });
      expect(placed.ignored).toEqual([]);
      const told = (line: string): string => `${placed.callSid} ${line}\n`;
      await eventually('the end of the call', async () => (await example.printed()).includes(told('completed')));
      const printed = await example.printed();
      expect(printed).toContain(told('+15083084809 calls'));
      expect(printed).toContain(told('orders One margherita'));
      // Refusals would be printed.
      expect(printed).not.toMatch(/rejected|duplicate|invalid|unavailable/);

      process.kill(example.pid, 'SIGTERM');
      await eventually('its end', () => example.ending !== undefined);
      expect(example.ending).toBe('exit code 0');
    },
    LONG_MS,
  );
}

/** What jambonz was given to say to the caller. */
function textsFor({ received }: SimulatedCall): string[] {
  return received.flatMap(({ message }) => textsOf(message?.['data']));
}

function textsOf(verbs: unknown): string[] {
  if (!Array.isArray(verbs)) return [];
  return verbs.flatMap((verb: { readonly text?: string; readonly say?: { readonly text: string } }) =>
    [verb.text, verb.say?.text].filter((text) => text !== undefined),
  );
}

/** The verbs that jambonz has finished, with their ids. */
function finishedIn({ sent }: SimulatedCall): string[] {
  return sent.flatMap(({ message }) => {
    const { event, name, id } = (message?.['data'] ?? {}) as Readonly<Record<string, string | undefined>>;
    if (message?.['type'] !== 'verb:status' || event !== 'finished') return [];
    return [id === undefined ? `${name}` : `${name} ${id}`];
  });
}
