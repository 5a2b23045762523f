import type { ClosedFrame, KnownFrame, OpenedFrame } from '@jambus/schema';
import { type CallDirectory, createCallDirectory, type DirectoryGateway } from '../../src/calls/call-directory.ts';

class FakeGateway implements DirectoryGateway {
  readonly known: [KnownFrame, string][] = [];
  readonly elsewhere: string[] = [];
  readonly gateway: string;

  constructor(gateway: string) {
    this.gateway = gateway;
  }

  sendKnown(frame: KnownFrame, memory: Buffer): void {
    this.known.push([frame, memory.toString()]);
  }

  sendElsewhere(callSid: string): void {
    this.elsewhere.push(callSid);
  }
}

const open = (more: Partial<OpenedFrame> = {}): OpenedFrame => ({
  t: 'opened',
  call: 'c',
  epoch: 1,
  since: 0,
  application: '/',
  resumed: false,
  ...more,
});
const close = (reason: ClosedFrame['reason'], more: Partial<ClosedFrame> = {}): ClosedFrame => ({
  t: 'closed',
  call: 'c',
  reason,
  epoch: 1,
  sequence: 5,
  ...more,
});
const NO_MEMORY = Buffer.alloc(0);

describe('call directory', () => {
  let directory: CallDirectory<FakeGateway>;
  let complete: boolean;
  let known: Set<string>;
  let lastEvent: { readonly epoch: number; readonly sequence: number } | undefined;
  const one = () => new FakeGateway('one');

  beforeEach(() => {
    complete = true;
    known = new Set();
    lastEvent = undefined;
    directory = createCallDirectory({
      endedCallMemory: 2,
      isComplete: () => complete,
      lastEventOf: async () => lastEvent,
      onKnown: (callSid) => known.add(callSid),
      onGone: (callSid) => known.delete(callSid),
    });
  });
  afterEach(() => directory.close());

  test('knows which gateway has a call, that it ended, and that it never was', () => {
    const gateway = one();
    expect(directory.find('c')).toEqual({ at: 'unknown', certain: true });
    directory.opened(gateway, open());
    expect(directory.find('c')).toEqual({ at: 'gateway', gateway });
    directory.closed(gateway, close('ended'), NO_MEMORY);
    expect(directory.find('c')).toEqual({ at: 'ended' });
  });

  test('tells which calls there are, also while one is between two gateways', () => {
    const [gateway, another] = [one(), new FakeGateway('another')];
    directory.opened(gateway, open());
    directory.opened(gateway, open({ call: 'd' }));
    directory.gatewayLost(gateway);
    expect([...known]).toEqual(['c', 'd']);
    directory.opened(another, open({ resumed: true }));
    directory.closed(another, close('ended'), NO_MEMORY);
    expect([...known]).toEqual(['d']);
  });

  test('is not certain that a call does not exist while a gateway is out of reach', () => {
    complete = false;
    expect(directory.find('c')).toEqual({ at: 'unknown', certain: false });
  });

  test('forgets the oldest ended call when there are too many', () => {
    const gateway = one();
    for (const call of ['a', 'b', 'd']) {
      directory.opened(gateway, open({ call }));
      directory.closed(gateway, close('ended', { call }), NO_MEMORY);
    }
    expect(['a', 'b', 'd'].map((call) => directory.find(call).at)).toEqual(['unknown', 'ended', 'ended']);
  });

  test('keeps the calls of a lost gateway as between two, until one has them again', () => {
    const gateway = one();
    directory.opened(gateway, open());
    directory.gatewayLost(gateway);
    expect(directory.find('c')).toEqual({ at: 'between' });
    directory.opened(gateway, open());
    expect(directory.find('c').at).toBe('gateway');
  });

  test('a call that nobody remembers goes on behind its last event on the bus', async () => {
    const gateway = one();
    lastEvent = { epoch: 2, sequence: 17 };
    directory.opened(gateway, open({ resumed: true, epoch: 2 }));
    await new Promise(setImmediate);
    expect(gateway.known).toEqual([[{ t: 'known', call: 'c', epoch: 2, sequence: 17 }, '']]);
    expect(directory.list()).toMatchObject([{ callSid: 'c', epoch: 3 }]);
  });

  test('tells the next gateway what the last one left, and how far the events were', () => {
    const [former, next] = [one(), new FakeGateway('two')];
    directory.opened(former, open());
    directory.passed('c', 1, 7);
    directory.closed(former, close('moved', { sequence: 9 }), Buffer.from('memory'));
    directory.opened(next, open({ resumed: true, epoch: 2 }));
    expect(next.known).toEqual([[{ t: 'known', call: 'c', epoch: 1, sequence: 9 }, 'memory']]);
    expect(directory.find('c')).toEqual({ at: 'gateway', gateway: next });
  });

  test('after a crash the next gateway hears the number of the last event that went by', () => {
    const [former, next] = [one(), new FakeGateway('two')];
    directory.opened(former, open());
    directory.passed('c', 1, 7);
    directory.gatewayLost(former);
    directory.opened(next, open({ resumed: true, epoch: 2 }));
    expect(next.known[0]?.[0]).toMatchObject({ epoch: 1, sequence: 7 });
  });

  test('a call that shows up at another gateway first: the old one is told, and the new one hears what it left', () => {
    const [former, next] = [one(), new FakeGateway('two')];
    directory.opened(former, open());
    directory.opened(next, open({ resumed: true, epoch: 2 }));
    expect([former.elsewhere, next.known]).toEqual([['c'], []]);
    directory.closed(former, close('moved', { sequence: 9 }), Buffer.from('memory'));
    expect(next.known).toEqual([[{ t: 'known', call: 'c', epoch: 1, sequence: 9 }, 'memory']]);
    expect(directory.find('c')).toEqual({ at: 'gateway', gateway: next });
  });

  test('the new gateway does not wait for an old one that dies instead of answering', () => {
    const [former, next] = [one(), new FakeGateway('two')];
    directory.opened(former, open());
    directory.passed('c', 1, 7);
    directory.opened(next, open({ resumed: true, epoch: 2 }));
    directory.gatewayLost(former);
    expect(next.known[0]?.[0]).toMatchObject({ epoch: 1, sequence: 7 });
  });

  test('a gateway is told when its call shows up at another, and its word no longer counts', () => {
    const [former, next] = [one(), new FakeGateway('two')];
    directory.opened(former, open());
    directory.opened(next, open({ resumed: true, epoch: 2 }));
    expect(former.elsewhere).toEqual(['c']);
    directory.closed(former, close('lost'), NO_MEMORY);
    expect(directory.find('c')).toEqual({ at: 'gateway', gateway: next });
  });

  test('a gateway that was cut off and comes back with an old call does not get it back', () => {
    const [former, next] = [one(), new FakeGateway('two')];
    directory.opened(former, open());
    directory.gatewayLost(former);
    directory.opened(next, open({ resumed: true, epoch: 2 }));
    directory.opened(former, open());
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
    directory.opened(one(), open());
    stop.abort();
    await expect(Promise.all([arrived, timedOut, stopped])).resolves.toHaveLength(3);
  });
});
