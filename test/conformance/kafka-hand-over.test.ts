import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandHandler, createStanding, type Standing } from '@jambus/bus';
import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { eventually, type Handling, LONG_MS } from './driver-support.ts';
import { SHORT_SESSIONS } from './kafka-harness.ts';
import { type KafkaScene, openKafkaScene } from './kafka-scene.ts';
import { DONE, leftBehind, numbers, textOf } from './scene.ts';

const TOPICS = { partitions: 6 };
const PARTITIONS = numbers(TOPICS.partitions).map(Number);
const SESSION_MS = 6_000;
/** What a record may wait while its partition moves. */
const LONGEST_WAIT_MS = 1_000;
const WARM_UP = 'warm-up';

await describeWithKafka('partitions that change hands on Kafka', { version: 'newest' }, (kafka) => {
  let broker: KafkaBroker;
  let scene: KafkaScene;
  let cases = 0;

  beforeAll(async () => {
    broker = await kafka.start({ properties: SHORT_SESSIONS });
  }, LONG_MS);

  beforeEach(async () => {
    scene = await openKafkaScene(broker.port, `hand-over-${++cases}`);
  }, LONG_MS);

  afterEach(() => scene.close(), LONG_MS);

  afterAll(() => broker.stop());

  const connect = (handler?: CommandHandler, standing?: Standing) =>
    scene
      .connect({ topics: TOPICS, sessionMs: SESSION_MS, ...(standing !== undefined && { standing }) })
      .then((bus) => scene.handle(bus, handler));

  const sendToAll = (text: string) =>
    Promise.all(PARTITIONS.map((partition) => scene.sendTo(partition, `${text}-${partition}`, text)));

  /** Until each of them has had a record after all have begun. */
  const untilAtWork = async (...adapters: readonly Handling[]): Promise<void> => {
    let round = 0;
    await eventually(async () => {
      const text = `${WARM_UP} ${++round}`;
      await sendToAll(text);
      await sleep(100);
      for (const { handled } of adapters) expect(handled.map(textOf)).toContain(text);
    });
  };

  test(
    'hold up no record for long, when an adapter comes and when one goes',
    async () => {
      const sentAt = new Map<string, number>();
      const waits = new Map<string, number>();
      const handler: CommandHandler = async (record) => {
        const text = `${record.callSid} ${textOf(record)}`;
        const at = sentAt.get(text);
        if (at !== undefined && !waits.has(text)) waits.set(text, performance.now() - at);
        return DONE;
      };
      const stay = [await connect(handler), await connect(handler)];
      await untilAtWork(...stay);
      let sending = true;
      const load = (async () => {
        for (let round = 0; sending; round++) {
          for (const partition of PARTITIONS) sentAt.set(`call-${partition} ${round}`, performance.now());
          await Promise.all(PARTITIONS.map((partition) => scene.sendTo(partition, `call-${partition}`, String(round))));
          await sleep(20);
        }
      })();
      const took = { comes: [] as number[], goes: [] as number[] };
      const during = async (what: keyof typeof took, change: () => Promise<unknown>): Promise<void> => {
        waits.clear();
        await change();
        await sleep(2_500);
        took[what].push(Math.round(Math.max(...waits.values())));
      };
      for (let turn = 0; turn < 3; turn++) {
        let guest: Handling | undefined;
        await during('comes', async () => {
          guest = await connect(handler);
        });
        expect(guest?.handled).not.toHaveLength(0);
        await during('goes', async () => guest?.end());
      }
      sending = false;
      await load;
      await scene.noLag();
      process.stderr.write(`longest wait of a record, ms, when an adapter ${JSON.stringify(took)}\n`);
      // A machine that is busy with other things adds to some turns; what the hand-over itself takes is in all of them.
      for (const turns of Object.values(took)) expect(Math.min(...turns)).toBeLessThan(LONGEST_WAIT_MS);
    },
    LONG_MS,
  );

  test(
    'do not interrupt what is under way in those that stay',
    async () => {
      const interrupted = new Set<string>();
      const holding: CommandHandler = async (record, signal) => {
        if (textOf(record) !== 'held') return DONE;
        const outcome = await leftBehind(signal);
        interrupted.add(record.position.split('/')[1] ?? '');
        return outcome;
      };
      const first = await connect(holding);
      await untilAtWork(first);
      await sendToAll('held');
      await eventually(() => expect(first.handled.filter((record) => textOf(record) === 'held')).toHaveLength(6));
      const second = await connect();
      await eventually(() => expect(second.handled.filter((record) => textOf(record) === 'held')).toHaveLength(3));
      await sleep(500);
      const moved = second.handled.map(({ position }) => position.split('/')[1] ?? '');
      expect([...interrupted].sort()).toEqual([...new Set(moved)].sort());
    },
    LONG_MS,
  );

  test(
    'go to the adapters of the highest rank, and back when others have reached it',
    async () => {
      const [low, high] = [createStanding(1), createStanding(2)];
      const adapters = [await connect(undefined, low), await connect(undefined, high)] as const;
      await untilAtWork(adapters[1]);
      await eventually(() => expectRound(adapters, ({ length }) => [0, length]));
      low.change(2);
      await eventually(() => expectRound(adapters, ({ length }) => [length / 2, length / 2]));
      high.change(1);
      await eventually(() => expectRound(adapters, ({ length }) => [length, 0]));
      await scene.noLag();
      expect(scene.troubles).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'stay where they are when the ranks of all change together or go back at once',
    async () => {
      const standings = [createStanding(1), createStanding(1)];
      const adapters = await Promise.all(standings.map((standing) => connect(undefined, standing)));
      await untilAtWork(...adapters);
      const owners = () => adapters.map(({ handled }) => partitionsIn(handled));
      const before = owners();
      for (const standing of standings) standing.change(5);
      for (const rank of [4, 3, 5]) {
        await sleep(30);
        standings[0]?.change(rank);
      }
      await sleep(1_500);
      await untilAtWork(...adapters);
      expect(owners()).toEqual(before);
    },
    LONG_MS,
  );

  /** Sends a record to each partition and looks how many of them each adapter gets. */
  let rounds = 0;
  const expectRound = async (
    adapters: readonly Handling[],
    wanted: (partitions: readonly number[]) => readonly number[],
  ): Promise<void> => {
    const text = `round ${++rounds}`;
    await sendToAll(text);
    await sleep(150);
    const counts = adapters.map(({ handled }) => handled.filter((record) => textOf(record) === text).length);
    expect(counts).toEqual(wanted(PARTITIONS));
  };

  test(
    'have records that somebody may have had before, and then none',
    async () => {
      const maker = await scene.connect({ topics: TOPICS });
      await maker.close();
      await sendToAll('before');
      const { handled } = await connect();
      await eventually(() => expect(handled).toHaveLength(6));
      await sendToAll('after');
      await eventually(() => expect(handled).toHaveLength(12));
      const repeated = (text: string) =>
        handled.filter((record) => textOf(record) === text).map(({ maybeRepeated }) => maybeRepeated);
      expect(repeated('before')).toEqual(PARTITIONS.map(() => true));
      expect(repeated('after')).toEqual(PARTITIONS.map(() => false));
    },
    LONG_MS,
  );

  test(
    'have none that somebody may have had before when they were empty and idle',
    async () => {
      const { handled } = await connect();
      await eventually(() => expect(scene.troubles).toEqual([]));
      await sleep(4_500);
      await sendToAll('first');
      await eventually(() => expect(handled).toHaveLength(6));
      expect(handled.map(({ maybeRepeated }) => maybeRepeated)).toEqual(PARTITIONS.map(() => false));
    },
    LONG_MS,
  );
});

function partitionsIn(handled: Handling['handled']): string[] {
  return [...new Set(handled.map(({ position }) => position.split('/')[1] ?? ''))].sort();
}
