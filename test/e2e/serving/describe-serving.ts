import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GuardedProcess, startGuarded } from '../../brokers/provisioning/guarded-process.ts';
import { type JambusCluster, startJambusCluster } from '../../cluster/jambus-cluster.ts';
import { type SimulatedCall, startCall } from '../../simulator/index.ts';
import { eventually } from '../cluster-harness.ts';
import type { Running } from './brokers.ts';
import { heardIn, KINDS, type Kind } from './callers.ts';

const SPEED = 2;
const LONG_MS = 180_000;
/** Of each kind of caller. */
const CALLERS = 5;

export interface ServingOptions {
  start(): Promise<Running>;
  /** What is started as one of the processes that serve. It prints `serving calls` when it does. */
  program(address: string): { readonly file: string; readonly args: readonly string[] };
  /** How many processes there are at a time. */
  readonly processes: readonly number[];
}

/** Processes that serve calls of the pizzeria, in whatever language, live and die. */
export function describeServing({ start, program, processes }: ServingOptions): void {
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
    const logFile = join(folder, 'log');
    const example = await startGuarded({ ...program(running.address), logFile, folder });
    ending.push(() => example.kill());
    const printed = (): Promise<string> => readFile(logFile, 'utf8');
    await eventually('the process', async () => (await printed()).includes('serving calls'));
    return Object.assign(example, { printed });
  }

  function placeCalls(): { readonly call: SimulatedCall; readonly kind: Kind }[] {
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

  test.each([...processes])(
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
