import { JambusError, placeOf } from '@jambus/schema';
import { createMemoryBroker, type MemoryBroker, type ReadItem, type ReadOptions } from '../../../src/index.ts';
import { settled } from '../../support/eventually.ts';
import { eventOf } from '../../support/records.ts';

const payload = new TextEncoder().encode('{}');

/** What a reader of events has got, each as its CloudEvents id or as `-<missed>`, and a way to end it. */
function readEvents(broker: MemoryBroker, options: Omit<ReadOptions, 'signal'> = {}) {
  const stop = new AbortController();
  const got: string[] = [];
  const offsets: number[] = [];
  const ended = (async () => {
    for await (const item of broker.read('events', { ...options, signal: stop.signal })) {
      got.push(nameOf(item));
      if (item.kind === 'message') offsets.push(item.offset);
    }
  })();
  const end = () => {
    stop.abort();
    return ended;
  };
  return { got, offsets, end };
}

function nameOf(item: ReadItem): string {
  return item.kind === 'gap' ? `-${item.missed}` : (item.message.attributes['id'] ?? '');
}

describe('commands', () => {
  test('of one call stand one behind the other in one partition', () => {
    const broker = createMemoryBroker();
    const positions = [1, 2, 3].map(() => broker.publishCommand({ callSid: 'call', attributes: {}, payload }).position);
    const { log } = placeOf(positions[0] ?? '');
    expect(positions).toEqual([`${log}/0`, `${log}/1`, `${log}/2`]);
  });

  test('of many calls use all partitions', () => {
    const broker = createMemoryBroker({ partitions: 8 });
    const partitions = new Set<string | undefined>();
    for (let n = 0; n < 200; n++) {
      const { position } = broker.publishCommand({ callSid: `2cc0b494-c416-45fe-${n}`, attributes: {}, payload });
      partitions.add(placeOf(position).log);
    }
    expect(partitions.size).toBe(8);
  });

  test('are refused when nobody works them off, and taken again when somebody does', async () => {
    const broker = createMemoryBroker({ partitions: 1, retention: { commands: { maxRecords: 2, maxBytes: 1e6 } } });
    const publish = () => broker.publishCommand({ callSid: 'call', attributes: {}, payload });
    publish();
    publish();
    expect(publish).toThrow(expect.objectContaining({ code: 'overloaded', retryable: true }));
    expect(broker.backlog()).toBe(2);
    const membership = broker.join({ onGranted: (lease) => lease.commit(1), onRevoked: () => {} });
    expect(publish().position).toMatch(/\/0\/2$/);
    expect(broker.backlog()).toBe(2);
    membership.leave();
  });
});

describe('a reader', () => {
  test('gets what comes after it began, in order', async () => {
    const broker = createMemoryBroker();
    broker.append([eventOf('a', 'before')]);
    const reader = readEvents(broker);
    broker.append([eventOf('a', '1'), eventOf('b', '2')]);
    await settled();
    broker.append([eventOf('a', '3')]);
    await settled();
    expect(reader.got).toEqual(['1', '2', '3']);
    await reader.end();
  });

  test('gets what is kept from an offset on, and then what comes', async () => {
    const broker = createMemoryBroker();
    broker.append(['0', '1', '2'].map((id) => eventOf('a', id)));
    const reader = readEvents(broker, { after: 0 });
    const fromStart = readEvents(broker, { after: -1 });
    broker.append([eventOf('a', '3')]);
    await settled();
    expect(reader.got).toEqual(['1', '2', '3']);
    expect(reader.offsets).toEqual([1, 2, 3]);
    expect(fromStart.got).toEqual(['0', '1', '2', '3']);
    await Promise.all([reader.end(), fromStart.end()]);
  });

  test('with an offset of an earlier life of the broker gets everything that is kept', async () => {
    const broker = createMemoryBroker();
    broker.append([eventOf('a', '0')]);
    const reader = readEvents(broker, { after: 4_711 });
    await settled();
    expect(reader.got).toEqual(['0']);
    await reader.end();
  });

  test('is told how much it missed when the retention overtakes it, and goes on with the oldest that is kept', async () => {
    const broker = createMemoryBroker({ retention: { events: { maxRecords: 3, maxBytes: 1e6 } } });
    const reader = readEvents(broker, { after: -1 });
    broker.append([0, 1, 2, 3, 4].map((n) => eventOf('a', String(n))));
    await settled();
    expect(reader.got).toEqual(['-2', '2', '3', '4']);
    await reader.end();
  });

  test('sets the pace itself', async () => {
    const broker = createMemoryBroker();
    const stop = new AbortController();
    const items = broker.read('events', { after: -1, signal: stop.signal })[Symbol.asyncIterator]();
    broker.append([eventOf('a', '0')]);
    expect((await items.next()).value).toMatchObject({ kind: 'message', offset: 0 });
    broker.append([eventOf('a', '1')]);
    expect((await items.next()).value).toMatchObject({ kind: 'message', offset: 1 });
    stop.abort();
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  test('gets only the call and the type it asked for', async () => {
    const broker = createMemoryBroker();
    const ofCall = readEvents(broker, { callSid: 'a' });
    const ofType = readEvents(broker, { type: 'verb:hook' });
    broker.append([eventOf('a', '1'), eventOf('b', '2'), { ...eventOf('b', '3'), type: 'verb:hook' }]);
    await settled();
    expect(ofCall.got).toEqual(['1']);
    expect(ofType.got).toEqual(['3']);
    await Promise.all([ofCall.end(), ofType.end()]);
  });

  test('does not see the publisher write to the buffer that a message was cut from', async () => {
    const broker = createMemoryBroker();
    const buffer = new Uint8Array([1, 2, 3, 4]);
    broker.append([eventOf('a', '0', buffer.subarray(1, 3))]);
    buffer.fill(0);
    const stop = new AbortController();
    const items = broker.read('events', { after: -1, signal: stop.signal })[Symbol.asyncIterator]();
    expect((await items.next()).value).toMatchObject({ message: { payload: new Uint8Array([2, 3]) } });
    stop.abort();
  });
});

test('a broker without partitions is refused', () => {
  expect(() => createMemoryBroker({ partitions: 0 })).toThrow(JambusError);
});
