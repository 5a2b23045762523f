import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';

interface FetchManager {
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Options {
  readonly logger: object;
  readonly getNodeIds: () => readonly string[];
  readonly fetch: () => Promise<readonly []>;
  readonly handler: () => Promise<void>;
  readonly concurrency: number;
}

// The part of the client that is patched in this repository. Without the patch this hangs, and so does the process.
const require = createRequire(import.meta.url);
const createFetchManager = require('kafkajs/src/consumer/fetchManager') as (options: Options) => FetchManager;

/** @param onStopping called when fetchers are being stopped */
function open(onStopping: () => void) {
  let nodeIds: readonly string[] = ['1'];
  let fetches = 0;
  const logger = {
    debug: (text: string) => {
      if (text.startsWith('Stopping')) onStopping();
    },
    namespace: () => logger,
  };
  const fetch = async () => {
    fetches++;
    await turn();
    return [] as const;
  };
  const manager = createFetchManager({
    logger,
    getNodeIds: () => nodeIds,
    fetch,
    handler: async () => {},
    concurrency: 1,
  });
  return {
    manager,
    fetches: () => fetches,
    otherBrokers: () => {
      nodeIds = ['1', '2'];
    },
  };
}

test('a consumer that is stopped as brokers come and go fetches no more', async () => {
  let stopping: Promise<void> | undefined;
  const { manager, fetches, otherBrokers } = open(() => {
    stopping ??= Promise.resolve().then(() => manager.stop());
  });
  const started = manager.start();
  await turn();
  otherBrokers();
  const ended = await Promise.race([started.then(() => 'ended'), afterTurns(50)]);
  await stopping;
  const before = fetches();
  await afterTurns(10);
  expect([ended, fetches() - before]).toEqual(['ended', 0]);
});

test('and one that is not stopped goes on with fetchers for the other brokers', async () => {
  const { manager, fetches, otherBrokers } = open(() => {});
  const started = manager.start();
  await turn();
  otherBrokers();
  await afterTurns(10);
  const before = fetches();
  await afterTurns(10);
  expect(fetches() - before).toBeGreaterThanOrEqual(10);
  await manager.stop();
  await started;
});

async function afterTurns(count: number): Promise<string> {
  for (let n = 0; n < count; n++) await turn();
  return 'goes on';
}
