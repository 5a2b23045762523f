import { CONTENDER, closedFrame, openedFrame } from '../support/commands.ts';
import { settled } from '../support/eventually.ts';
import { FakeDirectoryGateway } from '../support/fake-directory-gateway.ts';
import { createTestDirectory, NO_MEMORY, type TestDirectory } from '../support/test-directory.ts';

const LIVES = { epoch: 2, sequence: 7, decided: 'log/0/33', endedAt: undefined };

/** Everything was restarted, and jambonz has not come back with the call yet. */
describe('a call that is unknown here and known on the bus', () => {
  let made: TestDirectory;
  let directory: TestDirectory['directory'];
  const { now } = Date;
  const gateway = new FakeDirectoryGateway('one');

  beforeEach(() => {
    made = createTestDirectory();
    directory = made.directory;
    gateway.known.length = 0;
  });
  afterEach(() => {
    Date.now = now;
    directory.close();
  });

  test('is waited for, and requests are taken for it', async () => {
    made.past = LIVES;
    await directory.recollect('c');
    expect(directory.find('c')).toMatchObject({ at: 'between' });
    expect([...made.reachable]).toEqual(['c']);
  });

  test('goes on behind its last event when it comes back', async () => {
    made.past = LIVES;
    await directory.recollect('c');
    directory.opened(gateway, openedFrame({ contender: CONTENDER, epoch: 1 }));
    await settled();
    expect(directory.list()).toMatchObject([{ callSid: 'c', epoch: 3 }]);
    expect(gateway.known).toMatchObject([
      { frame: { epoch: 2, sequence: 7, certain: false }, memory: { decided: [{ log: 'log/0', offset: 33 }] } },
    ]);
  });

  test('has ended when its last event says so, and is told as such from its last decided command on', async () => {
    made.past = { ...LIVES, endedAt: 123 };
    await directory.recollect('c');
    expect(directory.find('c')).toEqual({ at: 'ended', call: { at: 123, decided: [{ log: 'log/0', offset: 33 }] } });
    expect(made.reachable.size).toBe(0);
  });

  test('remains unknown when the bus has nothing of it, or results only', async () => {
    await directory.recollect('c');
    made.past = { ...LIVES, epoch: 0, sequence: 0 };
    await directory.recollect('c');
    expect(directory.find('c')).toMatchObject({ at: 'unknown' });
  });

  test.each([
    ['lives', LIVES, () => directory.opened(gateway, openedFrame()), 'gateway'],
    ['has ended', LIVES, () => directory.closed(gateway, closedFrame('ended'), NO_MEMORY), 'ended'],
    ['lives', { ...LIVES, endedAt: 123 }, () => directory.opened(gateway, openedFrame()), 'gateway'],
  ])('is what a gateway says meanwhile: it %s', async (_, past, say, at) => {
    made.past = past;
    let answer = (): void => {};
    made.answering = new Promise((resolve) => {
      answer = resolve;
    });
    const recollected = directory.recollect('c');
    say();
    answer();
    await recollected;
    expect(directory.find('c')).toMatchObject({ at });
  });

  test('is not asked for by an adapter that has been here for longer than a call may be away', async () => {
    made.past = LIVES;
    Date.now = () => now() + 121_000;
    await directory.recollect('c');
    expect([made.asked, directory.find('c').at]).toEqual([[], 'unknown']);
  });
});
