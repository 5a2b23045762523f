import { type CallMemory, emptyMemory, encodeCallMemory } from '@jambus/link';
import { CONTENDER, closedFrame, openedFrame, resultFrame } from '../support/commands.ts';
import { FakeDirectoryGateway } from '../support/fake-directory-gateway.ts';
import { createTestDirectory, NO_MEMORY, type TestDirectory } from '../support/test-directory.ts';

const memoryWith = (more: Partial<CallMemory>): Buffer => encodeCallMemory({ ...emptyMemory(), ...more });

/** What ended while the link was down ran into `expired`, and requests for it timed out. */
describe('a call that ended while the link to its gateway was down', () => {
  let made: TestDirectory;
  let directory: TestDirectory['directory'];
  let gateway: FakeDirectoryGateway;

  beforeEach(() => {
    made = createTestDirectory();
    directory = made.directory;
    gateway = new FakeDirectoryGateway('one');
    directory.opened(gateway, openedFrame());
    directory.opened(gateway, openedFrame({ call: 'd' }));
    directory.gatewayLost(gateway);
  });
  afterEach(() => directory.close());

  test('has ended when the gateway says so, at the time it says, with the last verdict', () => {
    const decided = [{ log: 'log/0', offset: 4, verdict: { status: 'delivered', at: 9 } as const }];
    directory.closed(gateway, closedFrame('ended', { at: 1_234 }), memoryWith({ decided }));
    expect(directory.find('c')).toEqual({ at: 'ended', call: { at: 1_234, decided } });
    expect([...made.reachable]).toEqual(['d']);
  });

  test('is over when the gateway does not name it any more, and requests for it find nobody', () => {
    directory.opened(gateway, openedFrame({ call: 'd' }));
    directory.snapshotComplete(gateway);
    expect([directory.find('c').at, directory.find('d').at]).toEqual(['ended', 'gateway']);
    expect([...made.reachable]).toEqual(['d']);
  });

  test.each<[string, () => void]>([
    ['the gateway says so', () => directory.closed(gateway, closedFrame('ended'), NO_MEMORY)],
    ['the gateway does not name it any more', () => directory.snapshotComplete(gateway)],
  ])('wakes those who wait with a command for it when %s', async (_when, end) => {
    const waiting = directory.changed('c', Date.now() + 60_000, new AbortController().signal);
    end();
    await waiting;
    expect(directory.find('c').at).toBe('ended');
  });

  test('may live on when the gateway has crashed: its next life knows nothing of it', () => {
    gateway.boot = 'life-2';
    directory.snapshotComplete(gateway);
    expect([directory.find('c').at, directory.find('d').at]).toEqual(['between', 'between']);
    expect([...made.reachable]).toEqual(['c', 'd']);
  });

  test('is told apart from those of other gateways', () => {
    directory.snapshotComplete(new FakeDirectoryGateway('two'));
    expect(directory.find('c').at).toBe('between');
  });

  test('is told apart from one that moved on, which its gateway does not name either', () => {
    directory.closed(gateway, closedFrame('moved'), NO_MEMORY);
    directory.snapshotComplete(gateway);
    expect([directory.find('c').at, directory.find('d').at]).toEqual(['between', 'ended']);
  });

  test('has ended at whichever gateway it was last, though this adapter never heard that it moved', () => {
    const next = new FakeDirectoryGateway('two');
    directory.closed(next, closedFrame('ended', { epoch: 2, at: 50 }), NO_MEMORY);
    expect(directory.find('c')).toMatchObject({ at: 'ended', call: { at: 50 } });
  });

  test('has not ended because a gateway gave up what had moved on long before', () => {
    directory.opened(new FakeDirectoryGateway('two'), openedFrame({ epoch: 2, contender: CONTENDER }));
    directory.closed(gateway, closedFrame('lost', { epoch: 1 }), NO_MEMORY);
    expect(directory.find('c').at).toBe('gateway');
  });
});

describe('a call that this adapter never saw', () => {
  let made: TestDirectory;
  const gateway = new FakeDirectoryGateway('one');
  beforeEach(() => {
    made = createTestDirectory();
  });
  afterEach(() => made.directory.close());

  test('has ended, so that an adapter that has just started says what the others say of it', () => {
    const decided = [{ log: 'log/0', offset: 4 }];
    made.directory.closed(gateway, closedFrame('ended', { at: 1_234 }), memoryWith({ decided }));
    expect(made.directory.find('c')).toEqual({ at: 'ended', call: { at: 1_234, decided } });
  });

  test('is between two gateways when it has just moved, and is taken requests for', () => {
    made.directory.closed(gateway, closedFrame('moved', { epoch: 3, sequence: 8 }), NO_MEMORY);
    expect(made.directory.find('c').at).toBe('between');
    expect([...made.reachable]).toEqual(['c']);
  });

  test('is not brought back by the word that it moved, when that is old or it has ended since', () => {
    made.directory.closed(gateway, closedFrame('moved', { at: Date.now() - 121_000 }), NO_MEMORY);
    expect(made.directory.find('c').at).toBe('unknown');
    made.directory.closed(gateway, closedFrame('ended'), NO_MEMORY);
    made.directory.closed(gateway, closedFrame('moved'), NO_MEMORY);
    expect(made.directory.find('c').at).toBe('ended');
  });
});

test('a result that comes behind the end of its call is remembered with it', () => {
  const { directory } = createTestDirectory();
  const gateway = new FakeDirectoryGateway('one');
  directory.opened(gateway, openedFrame());
  directory.closed(gateway, closedFrame('ended', { at: 5 }), NO_MEMORY);
  const { verdict } = resultFrame(1, 6);
  directory.passed(resultFrame(1, 6));
  expect(directory.find('c')).toEqual({
    at: 'ended',
    call: { at: 5, decided: [{ log: 'log/0', offset: 6, verdict }] },
  });
  // The same call is told by another gateway, with less.
  directory.closed(gateway, closedFrame('ended', { at: 5 }), memoryWith({ decided: [{ log: 'log/0', offset: 2 }] }));
  expect(directory.find('c')).toEqual({
    at: 'ended',
    call: { at: 5, decided: [{ log: 'log/0', offset: 6, verdict }] },
  });
  directory.close();
});
