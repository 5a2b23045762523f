import { type CallMemory, encodeCallMemory } from '@jambus/link';
import { CONTENDER, closedFrame, eventFrame, openedFrame, resultFrame } from '../support/commands.ts';
import { settled } from '../support/eventually.ts';
import { FakeDirectoryGateway } from '../support/fake-directory-gateway.ts';
import { createTestDirectory, NO_MEMORY, type TestDirectory } from '../support/test-directory.ts';

const MEMORY: CallMemory = {
  decided: [{ log: 'log/0', offset: 9, verdict: { status: 'delivered', at: 3 } }],
  ids: ['id'],
  runs: [['verb', 'command', true]],
  claimed: true,
  live: true,
  hooks: [],
  questions: [],
};

/** What is known of a call that has got past its set-up. */
const LIVE = { live: true, hooks: [], questions: [] };

/** What the next gateway hears of a call that comes to it. */
describe('a call that goes to another gateway', () => {
  let made: TestDirectory;
  let directory: TestDirectory['directory'];
  let former: FakeDirectoryGateway;
  let next: FakeDirectoryGateway;

  beforeEach(() => {
    made = createTestDirectory();
    directory = made.directory;
    former = new FakeDirectoryGateway('one');
    next = new FakeDirectoryGateway('two');
  });
  afterEach(() => directory.close());

  const resume = async (gateway = next, epoch = 2): Promise<void> => {
    directory.opened(gateway, openedFrame({ contender: CONTENDER, epoch, since: 9_999 }));
    await settled();
  };

  test('has its whole memory there, for certain, and nobody has to look at the bus', async () => {
    directory.opened(former, openedFrame());
    directory.passed(eventFrame(7));
    directory.passed(resultFrame(8, 4));
    directory.closed(former, closedFrame('moved', { sequence: 9 }), encodeCallMemory(MEMORY));
    await resume();
    expect(next.known).toEqual([
      {
        frame: { t: 'known', call: 'c', epoch: 1, sequence: 9, since: 1_000, certain: true },
        memory: { ...MEMORY, ids: ['command-4', 'id'] },
      },
    ]);
    expect([directory.find('c'), made.asked]).toEqual([{ at: 'gateway', gateway: next }, []]);
  });

  test('is certain only once: a gateway that has it now may have gone on with it', async () => {
    directory.opened(former, openedFrame());
    directory.closed(former, closedFrame('moved'), encodeCallMemory(MEMORY));
    await resume();
    directory.gatewayLost(next);
    const third = new FakeDirectoryGateway('three');
    await resume(third, 3);
    expect(third.known).toEqual([{ frame: expect.objectContaining({ certain: false }), memory: MEMORY }]);
  });

  test('is still certain when the gateway that was about to hear it has lost the call before', async () => {
    directory.opened(former, openedFrame());
    directory.closed(former, closedFrame('moved'), encodeCallMemory(MEMORY));
    directory.opened(next, openedFrame({ contender: CONTENDER, epoch: 2 }));
    directory.gatewayLost(next);
    await settled();
    await resume();
    expect(next.known.map(({ frame }) => frame.certain)).toEqual([true]);
  });

  test('after a crash is known by what passed here on its way to the bus', async () => {
    directory.opened(former, openedFrame());
    directory.passed(eventFrame(7));
    directory.passed(resultFrame(2, 4));
    directory.gatewayLost(former);
    await resume();
    const { verdict } = resultFrame(2, 4);
    expect(next.known).toEqual([
      {
        frame: { t: 'known', call: 'c', epoch: 1, sequence: 7, since: 1_000, certain: false },
        memory: {
          decided: [{ log: 'log/0', offset: 4, verdict }],
          ids: ['command-4'],
          runs: [],
          claimed: true,
          ...LIVE,
        },
      },
    ]);
  });

  test('keeps the ids that its publishers chose, not those made from positions, nor those of what was refused', async () => {
    directory.opened(former, openedFrame());
    directory.passed(resultFrame(1, 1));
    directory.passed(resultFrame(2, 2, { command: 'log/0/2' }));
    directory.passed(resultFrame(3, 3, { verdict: { status: 'rejected', code: 'expired', at: 1 } }));
    directory.gatewayLost(former);
    await resume();
    expect(next.known[0]?.memory).toMatchObject({ ids: ['command-1'], decided: [{ offset: 3 }], claimed: true });
  });

  test('keeps as many ids as a gateway does, the newest', async () => {
    directory.opened(former, openedFrame());
    for (let offset = 1; offset <= 1_100; offset++) directory.passed(resultFrame(offset, offset));
    directory.gatewayLost(former);
    await resume();
    const ids = next.known[0]?.memory?.ids ?? [];
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([1_024, 'command-77', 'command-1100']);
  });

  test('keeps the mark of the last decided command, when a result tells of one that was refused out of its turn', async () => {
    directory.opened(former, openedFrame());
    directory.passed(resultFrame(1, 3));
    directory.passed(
      resultFrame(2, 9, { decided: 'log/0/3', verdict: { status: 'rejected', code: 'expired', at: 1 } }),
    );
    directory.gatewayLost(former);
    await resume();
    expect(next.known[0]?.memory?.decided).toEqual([{ log: 'log/0', offset: 3, verdict: resultFrame(1, 3).verdict }]);
  });

  test('has the mark of a command without its verdict, when only a result behind it was seen here', async () => {
    directory.opened(former, openedFrame());
    directory.passed(
      resultFrame(2, 9, { decided: 'log/0/3', verdict: { status: 'rejected', code: 'expired', at: 1 } }),
    );
    directory.gatewayLost(former);
    await resume();
    expect(next.known[0]?.memory?.decided).toEqual([{ log: 'log/0', offset: 3 }]);
  });

  test('has no mark when the first command still waits and one behind it was refused, or the first would count as decided', async () => {
    directory.opened(former, openedFrame());
    const { decided: _, ...refused } = resultFrame(1, 9, { verdict: { status: 'rejected', code: 'expired', at: 1 } });
    directory.passed(refused);
    directory.gatewayLost(former);
    await resume();
    expect(next.known[0]?.memory?.decided).toEqual([]);
  });

  test('goes on there only when everything that this adapter has of it is on the bus', async () => {
    let flushed = (): void => {};
    made.flushing = new Promise((resolve) => {
      flushed = resolve;
    });
    directory.opened(former, openedFrame());
    directory.gatewayLost(former);
    await resume();
    expect(next.known).toEqual([]);
    directory.passed(eventFrame(8));
    flushed();
    await settled();
    expect(next.known[0]?.frame.sequence).toBe(8);
  });

  test('is said to be looked for as long as the bus is away, so that its numbers do not begin anew', async () => {
    let flushed = (): void => {};
    made.flushing = new Promise((resolve) => {
      flushed = resolve;
    });
    directory.opened(former, openedFrame());
    directory.gatewayLost(former);
    await resume();
    await untilSome(next.searching);
    expect(next.known).toEqual([]);
    flushed();
    await settled();
    expect(next.known).toHaveLength(1);
  });

  test('and shows up there first: the old one is asked, and the new one hears what it left', async () => {
    directory.opened(former, openedFrame());
    await resume();
    expect([former.contested, next.known]).toEqual([['c'], []]);
    expect(directory.find('c')).toEqual({ at: 'gateway', gateway: former });
    directory.closed(former, closedFrame('moved', { sequence: 9 }), encodeCallMemory(MEMORY));
    await settled();
    expect(next.known).toEqual([{ frame: expect.objectContaining({ sequence: 9, certain: true }), memory: MEMORY }]);
    expect(directory.find('c')).toEqual({ at: 'gateway', gateway: next });
  });

  test('does not wait for an old gateway that dies instead of answering', async () => {
    directory.opened(former, openedFrame());
    directory.passed(eventFrame(7));
    await resume();
    directory.gatewayLost(former);
    await settled();
    expect(next.known).toEqual([
      {
        frame: expect.objectContaining({ sequence: 7, certain: false }),
        memory: { decided: [], ids: [], runs: [], claimed: false, ...LIVE },
      },
    ]);
  });

  test('and is kept by the old one: the new one hears so, and its statuses go there', async () => {
    directory.opened(former, openedFrame());
    await resume();
    // Its websocket there comes and goes while the old one decides.
    await resume();
    await resume(new FakeDirectoryGateway('three'));
    directory.kept(former, { t: 'kept', call: 'c', as: 'status' });
    expect(next.known.map(({ frame }) => frame.elsewhere)).toEqual(['status']);
    expect([directory.relay('c', Buffer.from('said')), former.relayed]).toEqual([true, ['said']]);
    directory.closed(next, closedFrame('moved', { epoch: 2 }), NO_MEMORY);
    expect(directory.find('c')).toEqual({ at: 'gateway', gateway: former });
    directory.gatewayLost(former);
    await settled();
    expect(directory.find('c').at).toBe('between');
    expect(directory.relay('c', Buffer.from('said'))).toBe(false);
  });

  test('and to a third: the second is asked about it as soon as it has the call', async () => {
    const third = new FakeDirectoryGateway('three');
    directory.opened(former, openedFrame());
    await resume();
    await resume(third);
    directory.gatewayLost(former);
    await settled();
    expect([directory.find('c'), next.known.length]).toEqual([{ at: 'gateway', gateway: next }, 1]);
    expect([next.contested, third.known]).toEqual([['c'], []]);
  });

  test('does not go to one that is gone itself when the old one gives it up', async () => {
    directory.opened(former, openedFrame());
    await resume();
    directory.gatewayLost(next);
    directory.closed(former, closedFrame('moved'), encodeCallMemory(MEMORY));
    expect([directory.find('c').at, next.known]).toEqual(['between', []]);
  });

  test('that this adapter has heard of only as it moved: it does not say when it began', async () => {
    directory.closed(former, closedFrame('moved', { epoch: 3, sequence: 9 }), encodeCallMemory(MEMORY));
    await resume(next, 1);
    expect(next.known).toEqual([
      { frame: { t: 'known', call: 'c', epoch: 3, sequence: 9, certain: true }, memory: MEMORY },
    ]);
    expect(directory.list()).toMatchObject([{ epoch: 4 }]);
  });
});

describe('a call that nobody remembers', () => {
  let made: TestDirectory;
  let directory: TestDirectory['directory'];
  const gateway = new FakeDirectoryGateway('one');

  beforeEach(async () => {
    made = createTestDirectory();
    directory = made.directory;
    gateway.known.length = 0;
    directory.opened(gateway, openedFrame({ contender: CONTENDER, since: 9_999 }));
    await settled();
  });
  afterEach(() => directory.close());

  test('is nothing that this adapter can be certain of', () => {
    expect(gateway.known).toEqual([
      { frame: { t: 'known', call: 'c', epoch: 0, sequence: 0, certain: false }, memory: undefined },
    ]);
    expect(made.asked).toEqual([]);
  });

  test('goes on behind its last event and its last decided command on the bus, and is not said to have begun just now', async () => {
    made.past = { epoch: 2, sequence: 17, decided: 'log/0/33', endedAt: undefined };
    directory.recall(gateway, 'c');
    await settled();
    expect(gateway.known[1]).toEqual({
      frame: { t: 'known', call: 'c', epoch: 2, sequence: 17, certain: true },
      memory: { decided: [{ log: 'log/0', offset: 33 }], ids: [], runs: [], claimed: false, ...LIVE },
    });
  });

  test('is looked up behind everything that this adapter has of it', async () => {
    made.past = { epoch: 2, sequence: 17, decided: 'log/0/33', endedAt: undefined };
    directory.passed(eventFrame(20, { epoch: 2 }));
    directory.passed(resultFrame(21, 40));
    directory.recall(gateway, 'c');
    await settled();
    expect(gateway.known[1]).toMatchObject({
      frame: { epoch: 2, sequence: 20 },
      memory: { decided: [{ offset: 40, verdict: { status: 'delivered' } }] },
    });
  });

  test('begins anew when there is nothing on the bus either, which is certain then', async () => {
    directory.recall(gateway, 'c');
    await settled();
    expect(gateway.known[1]?.frame).toEqual({ t: 'known', call: 'c', epoch: 0, sequence: 0, certain: true });
  });

  test.each(['log/0/x', 'log/1/-1'])(
    'is not confused by a result on the bus whose position is none: %s',
    async (decided) => {
      directory.passed(resultFrame(1, 4));
      made.past = { epoch: 1, sequence: 3, decided, endedAt: undefined };
      directory.recall(gateway, 'c');
      await settled();
      expect(gateway.known[1]?.frame.sequence).toBe(3);
      expect(gateway.known[1]?.memory?.decided).toMatchObject([{ log: 'log/0', offset: 4 }]);
    },
  );
});

test('a gateway that left nothing readable leaves its call to go on without', async () => {
  const { directory } = createTestDirectory();
  const next = new FakeDirectoryGateway('two');
  directory.opened(new FakeDirectoryGateway('one'), openedFrame());
  directory.closed(new FakeDirectoryGateway('one'), closedFrame('moved'), NO_MEMORY);
  directory.opened(next, openedFrame({ contender: CONTENDER, epoch: 2 }));
  await settled();
  expect(next.known).toEqual([{ frame: expect.objectContaining({ certain: true }), memory: undefined }]);
  directory.close();
});

async function untilSome(list: readonly unknown[]): Promise<void> {
  while (list.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
}
