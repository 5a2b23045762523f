import { getEventListeners } from 'node:events';
import { type CallWaiters, createCallWaiters } from '../../src/calls/call-waiters.ts';
import { settled } from '../support/eventually.ts';

const NEVER = new AbortController().signal;
const FAR = Date.now() + 3_600_000;

describe('those who wait for news of a call', () => {
  let waiters: CallWaiters;
  let woken: string[];
  beforeEach(() => {
    waiters = createCallWaiters();
    woken = [];
  });
  afterEach(() => waiters.close());

  const wait = (callSid: string, untilMs = FAR, signal = NEVER): void =>
    void waiters.wait(callSid, untilMs, signal).then(() => woken.push(callSid));

  test('hear of their own call only', async () => {
    wait('c');
    wait('d');
    wait('c');
    waiters.wake('c');
    await settled();
    expect(woken).toEqual(['c', 'c']);
    waiters.wakeAll();
    await settled();
    expect(woken).toEqual(['c', 'c', 'd']);
  });

  test('go when their time has come or their partition goes, and at the end', async () => {
    const partition = new AbortController();
    wait('late', Date.now() + 20);
    wait('stopped', FAR, partition.signal);
    wait('rest');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(woken).toEqual(['late']);
    partition.abort();
    await settled();
    wait('too late', FAR, partition.signal);
    await settled();
    expect(woken).toEqual(['late', 'stopped', 'too late']);
    waiters.close();
    await settled();
    expect(woken.at(-1)).toBe('rest');
  });

  test('add nothing to the signal of their partition however many they are', () => {
    const partition = new AbortController();
    for (let n = 0; n < 4_096; n++) wait(String(n), FAR, partition.signal);
    expect(getEventListeners(partition.signal, 'abort')).toHaveLength(1);
  });
});
