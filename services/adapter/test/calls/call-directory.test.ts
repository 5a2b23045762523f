import { CONTENDER, closedFrame, eventFrame, openedFrame } from '../support/commands.ts';
import { FakeDirectoryGateway } from '../support/fake-directory-gateway.ts';
import { createTestDirectory, NO_MEMORY, type TestDirectory } from '../support/test-directory.ts';

describe('call directory', () => {
  let made: TestDirectory;
  let directory: TestDirectory['directory'];
  const one = () => new FakeDirectoryGateway('one');

  beforeEach(() => {
    made = createTestDirectory({ endedCallMemory: 2 });
    directory = made.directory;
  });
  afterEach(() => directory.close());

  test('knows which gateway has a call, that it ended, and that it never was', () => {
    const gateway = one();
    expect(directory.find('c')).toEqual({ at: 'unknown', certain: true });
    directory.opened(gateway, openedFrame());
    expect(directory.find('c')).toEqual({ at: 'gateway', gateway });
    directory.closed(gateway, closedFrame('ended', { at: 77 }), NO_MEMORY);
    expect(directory.find('c')).toEqual({ at: 'ended', call: { at: 77, decided: [] } });
  });

  test('tells which calls there are, also while one is between two gateways', () => {
    const [gateway, another] = [one(), new FakeDirectoryGateway('another')];
    directory.opened(gateway, openedFrame());
    directory.opened(gateway, openedFrame({ call: 'd' }));
    directory.gatewayLost(gateway);
    expect([...made.reachable]).toEqual(['c', 'd']);
    directory.opened(another, openedFrame({ contender: CONTENDER }));
    directory.closed(another, closedFrame('ended'), NO_MEMORY);
    expect([...made.reachable]).toEqual(['d']);
  });

  test('lists its calls for people, with the gateway that has each and how many websockets it has had', () => {
    const gateway = one();
    directory.opened(gateway, openedFrame({ since: 5, application: '/ivr' }));
    directory.passed(eventFrame(1, { epoch: 3 }));
    expect(directory.list()).toEqual([{ callSid: 'c', gateway: 'one', application: '/ivr', since: 5, epoch: 3 }]);
    directory.gatewayLost(gateway);
    expect([directory.list()[0]?.gateway, directory.size]).toEqual([undefined, 1]);
  });

  test('is not certain that a call does not exist while a gateway is out of reach', () => {
    made.complete = false;
    expect(directory.find('c')).toEqual({ at: 'unknown', certain: false });
  });

  test('forgets the oldest ended call when there are too many', () => {
    const gateway = one();
    for (const call of ['a', 'b', 'd']) {
      directory.opened(gateway, openedFrame({ call }));
      directory.closed(gateway, closedFrame('ended', { call }), NO_MEMORY);
    }
    expect(['a', 'b', 'd'].map((call) => directory.find(call).at)).toEqual(['unknown', 'ended', 'ended']);
  });

  test('keeps the calls of a lost gateway as between two, until one has them again', () => {
    const gateway = one();
    directory.opened(gateway, openedFrame());
    directory.gatewayLost(gateway);
    expect(directory.find('c').at).toBe('between');
    directory.opened(gateway, openedFrame());
    expect(directory.find('c').at).toBe('gateway');
  });

  test('a call that begins anew under the call_sid of one that ended is not ended', () => {
    const gateway = one();
    directory.opened(gateway, openedFrame());
    directory.closed(gateway, closedFrame('ended'), NO_MEMORY);
    directory.opened(gateway, openedFrame());
    expect(directory.find('c').at).toBe('gateway');
  });

  test('a gateway is told when its call shows up at another, and its word no longer counts', () => {
    const [former, next] = [one(), new FakeDirectoryGateway('two')];
    directory.opened(former, openedFrame());
    directory.opened(next, openedFrame({ epoch: 2 }));
    expect(former.elsewhere).toEqual(['c']);
    directory.closed(former, closedFrame('lost'), NO_MEMORY);
    expect(directory.find('c')).toEqual({ at: 'gateway', gateway: next });
  });

  describe('a call that is said to begin at a gateway while another has it', () => {
    const NEWCOMER = { ...CONTENDER, control: true, begins: true } as const;
    const begun = () => {
      const [former, next] = [one(), new FakeDirectoryGateway('two')];
      directory.opened(former, openedFrame({ newcomer: NEWCOMER }));
      directory.opened(next, openedFrame({ newcomer: NEWCOMER }));
      expect(former.sent).toEqual([{ t: 'contested', call: 'c', contender: NEWCOMER }]);
      expect(directory.find('c')).toEqual({ at: 'gateway', gateway: former });
      return { former, next };
    };

    test('stays where it is when that one keeps it, and the other is told to refuse', () => {
      const { former, next } = begun();
      directory.kept(former, { t: 'kept', call: 'c', as: 'refused' });
      expect(next.sent).toEqual([{ t: 'elsewhere', call: 'c', refused: true }]);
      directory.closed(next, closedFrame('moved'), NO_MEMORY);
      expect(directory.find('c')).toEqual({ at: 'gateway', gateway: former });
    });

    test('is there when that one has given it up', () => {
      const { former, next } = begun();
      directory.closed(former, closedFrame('moved'), NO_MEMORY);
      expect(directory.find('c')).toEqual({ at: 'gateway', gateway: next });
      expect(next.sent).toEqual([]);
    });
  });

  test('a gateway that was cut off and comes back with an old call does not get it back', () => {
    const [former, next] = [one(), new FakeDirectoryGateway('two')];
    directory.opened(former, openedFrame());
    directory.gatewayLost(former);
    directory.opened(next, openedFrame({ contender: CONTENDER, epoch: 2 }));
    directory.opened(former, openedFrame());
    expect(former.elsewhere).toEqual(['c']);
    expect(directory.find('c')).toEqual({ at: 'gateway', gateway: next });
  });

  test('whoever waits for a call is woken by its arrival, by the time, and by the stop', async () => {
    const stop = new AbortController();
    const never = new AbortController().signal;
    const far = Date.now() + 60_000;
    const arrived = directory.changed('c', far, never);
    const timedOut = directory.changed('d', Date.now() + 10, never);
    const stopped = directory.changed('e', far, stop.signal);
    directory.opened(one(), openedFrame());
    stop.abort();
    await expect(Promise.all([arrived, timedOut, stopped])).resolves.toHaveLength(3);
  });
});
