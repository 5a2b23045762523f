import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describeWithKafka } from '../brokers/kafka/index.ts';
import { describeWithNats } from '../brokers/nats/index.ts';
import { type GuardedProcess, startGuarded } from '../brokers/provisioning/guarded-process.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { type CallScript, parseScript, type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

const SPEED = 2;
const LONG_MS = 180_000;
/** Of each kind of caller. */
const CALLERS = 5;

const ORDERS = parseScript({
  caller: [
    { onVerb: 'gather', digits: '1' },
    { onVerb: 'gather', speech: 'One margherita', delay: 2_000 },
  ],
});
const TALKS = parseScript({
  caller: [
    { onVerb: 'gather', digits: '2' },
    { onVerb: 'gather', digits: '1' },
  ],
  durations: { dial: 6_000 },
});
const FINDS_NOBODY = parseScript({ caller: [{ onVerb: 'gather', digits: '2' }], callee: { answer: 'busy' } });
const IS_REFUSED = parseScript({
  caller: [
    { onVerb: 'gather', digits: '2' },
    { onVerb: 'gather', digits: '9' },
  ],
  durations: { dial: 60_000 },
});

/** What each kind of caller is to hear, and their agent. */
const KINDS: readonly {
  readonly script: CallScript;
  readonly hears: readonly string[];
  readonly agent: readonly string[];
}[] = [
  { script: ORDERS, hears: ["Welcome to Mario's!", 'What would you like?', 'One margherita? Coming up!'], agent: [] },
  { script: TALKS, hears: ["Welcome to Mario's!", 'Goodbye!'], agent: ['A guest. Press 1 to talk.'] },
  { script: FINDS_NOBODY, hears: ["Welcome to Mario's!", 'Nobody is free. We call you back.'], agent: [] },
  {
    script: IS_REFUSED,
    hears: ["Welcome to Mario's!", 'Nobody is free. We call you back.'],
    agent: ['A guest. Press 1 to talk.'],
  },
];

await describeWithNats('calls as functions on NATS', {}, (nats) => {
  describeServing('nats', async () => {
    const { url, stop } = await nats.start();
    return { settings: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: url }, address: url, stop };
  });
});

await describeWithKafka('calls as functions on Kafka', {}, (kafka) => {
  describeServing('kafka', async () => {
    const { brokers, stop } = await kafka.start();
    const address = brokers[0] ?? '';
    return { settings: { JAMBUS_BUS: 'kafka', JAMBUS_KAFKA_BROKERS: address }, address, stop };
  });
});

interface Running {
  readonly settings: Readonly<Record<string, string>>;
  readonly address: string;
  stop(): Promise<void>;
}

function describeServing(bus: 'nats' | 'kafka', start: () => Promise<Running>): void {
  let running: Running;
  let cluster: JambusCluster;
  const ending: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    running = await start();
    cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus: running.settings });
  }, LONG_MS);
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  }, LONG_MS);
  afterAll(async () => {
    await cluster.close();
    await running.stop();
  }, LONG_MS);

  async function startProcess(): Promise<GuardedProcess & { printed(): Promise<string> }> {
    const folder = await mkdtemp(join(tmpdir(), 'jambus-serving-'));
    ending.push(() => rm(folder, { recursive: true, force: true }));
    const main = fileURLToPath(new URL(`../dist/examples/${bus}/ivr-with-client.js`, import.meta.url));
    const logFile = join(folder, 'log');
    const example = await startGuarded({ file: process.execPath, args: [main, running.address], logFile, folder });
    ending.push(() => example.kill());
    const printed = (): Promise<string> => readFile(logFile, 'utf8');
    await eventually('the process', async () => (await printed()).includes('serving calls'));
    return Object.assign(example, { printed });
  }

  function placeCalls(): { readonly call: SimulatedCall; readonly kind: (typeof KINDS)[number] }[] {
    return KINDS.flatMap((kind) =>
      Array.from({ length: CALLERS }, () => {
        const call = startCall({ url: cluster.websocketUrl, speed: SPEED, script: kind.script });
        ending.push(() => call.abort());
        return { call, kind };
      }),
    );
  }

  async function expectRight(placed: ReturnType<typeof placeCalls>): Promise<void> {
    const outcomes = await Promise.all(placed.map(({ call }) => call.ended));
    for (const [index, { call, kind }] of placed.entries()) {
      expect({ outcome: outcomes[index], heard: heardIn(call), ignored: call.ignored }).toEqual({
        outcome: expect.objectContaining({ reason: 'completed', sipStatus: 200 }),
        heard: { caller: kind.hears, agent: kind.agent },
        ignored: [],
      });
    }
  }

  test.each([1, 2, 5])(
    '%i processes serve every kind of call to its end',
    async (count) => {
      await Promise.all(Array.from({ length: count }, startProcess));
      await expectRight(placeCalls());
    },
    LONG_MS,
  );

  test.each<[string, (process: GuardedProcess) => Promise<void> | void]>([
    ['is killed', (process) => process.kill()],
    ['is stopped, and wakes up when others have its calls,', (process) => sleepAWhile(process)],
  ])(
    'a process that %s in the middle leaves its calls to the others, and callers hear nothing twice',
    async (_, stop) => {
      const [first, second] = await Promise.all([startProcess(), startProcess()]);
      const placed = placeCalls();
      await eventually('calls in the middle', () => placed.every(({ call }) => heardIn(call).caller.length > 0));
      await stop(first);
      await expectRight(placed);
      expect(await second.printed()).toContain('calls, and was served before');
    },
    LONG_MS,
  );

  test(
    'a process that is told to stop hands its calls over',
    async () => {
      const [first, second] = await Promise.all([startProcess(), startProcess()]);
      const placed = placeCalls();
      await eventually('calls in the middle', () => placed.every(({ call }) => heardIn(call).caller.length > 0));
      process.kill(first.pid, 'SIGTERM');
      await expectRight(placed);
      await eventually('its end', () => first.ending !== undefined);
      expect(first.ending).toBe('exit code 0');
      expect(second.ending).toBeUndefined();
    },
    LONG_MS,
  );
}

/** As long as it takes until others have its calls. */
const ASLEEP_MS = 9_000;

async function sleepAWhile(process: GuardedProcess): Promise<void> {
  process.signal('SIGSTOP');
  await sleep(ASLEEP_MS);
  process.signal('SIGCONT');
}

/** What the parties of a call were given to hear, prompts of a gather too. */
function heardIn({ state }: SimulatedCall): { readonly caller: string[]; readonly agent: string[] } {
  const texts = (verbs: readonly { readonly data: Readonly<Record<string, unknown>> }[]) =>
    verbs.flatMap(({ data }) => {
      const say = data['say'] as { readonly text?: string } | undefined;
      return [data['text'], say?.text].filter((text) => typeof text === 'string');
    });
  return { caller: texts(state.verbs.items), agent: texts(state.sideVerbs.items.map(({ verb }) => verb)) };
}
