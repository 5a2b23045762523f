import type { Delivery, NatsLink } from '@jambus/bus/nats-connection';
import { settled } from '../../../bus/test/support/eventually.ts';
import { type Gate, gate } from '../../../bus/test/support/gate.ts';
import { createHoldings, type Holdings } from '../../src/nats/holdings.ts';

const ACK_WAIT_MS = 5_000;

/** The clock of `performance.now()`, and what begins a round, both of which the test moves. */
let now = 0;
let beginRound: () => void;
const realNow = performance.now;
const realSetInterval = globalThis.setInterval;
let heard: string[];
let answering: boolean;
let pings: Gate[];
let holdings: Holdings;

beforeEach(() => {
  now = 1_000;
  performance.now = () => now;
  const setInterval = (begin: () => void) => {
    beginRound = begin;
  };
  globalThis.setInterval = setInterval as unknown as typeof globalThis.setInterval;
  heard = [];
  answering = true;
  pings = [];
  const nc = {
    publish: (reply: string, how: string) => heard.push(`${reply} ${how.split(' ')[0]}`),
    flush: () => {
      const ping = gate();
      pings.push(ping);
      if (answering) ping.open();
      return ping.promise;
    },
  };
  holdings = createHoldings({ connected: () => true, nc } as unknown as NatsLink, ACK_WAIT_MS);
});

afterEach(() => {
  holdings.close();
  performance.now = realNow;
  globalThis.setInterval = realSetInterval;
});

/** Lets a round begin now, and end if it is answered. */
async function round(): Promise<void> {
  beginRound();
  await settled();
}

function taken(...sequences: readonly number[]): Delivery[] {
  const deliveries = sequences.map((sequence) => deliveryOf(sequence, `m${sequence}`));
  for (const delivery of deliveries) holdings.take(delivery);
  return deliveries;
}

function deliveryOf(sequence: number, reply: string): Delivery {
  const message = { subject: 'events', reply, data: new Uint8Array() };
  return { message, sequence, storedAt: 0, pending: 0 };
}

test('what a process has stays its own for as long as the server hears of it, in one round for all', async () => {
  const deliveries = taken(1, 2);
  for (let rounds = 1; rounds <= 4; rounds++) {
    now += ACK_WAIT_MS - 1;
    heard = [];
    await round();
    expect(heard).toEqual(['m1 +WPI', 'm2 +WPI']);
  }
  expect(deliveries.map(holdings.isOurs)).toEqual([true, true]);
});

test('is said to be done or given back once, and not worked on from then on', async () => {
  const [one, two] = taken(1, 2) as [Delivery, Delivery];
  holdings.done(one);
  holdings.giveBack(two);
  holdings.giveBack(two);
  await round();
  expect(heard).toEqual(['m1 +ACK', 'm2 -NAK']);
});

test('is its own no more when its time is up, which began with the last round that was answered', async () => {
  const [one] = taken(1) as [Delivery];
  now += 1_000;
  await round();
  answering = false;
  now += 1_000;
  await round();
  now += ACK_WAIT_MS - 1_001;
  // It may have been in the socket for as long.
  const [two] = taken(2) as [Delivery];
  expect([one, two].map(holdings.isOurs)).toEqual([true, true]);
  expect(holdings.inTouch).toBe(false);
  now += 1;
  expect([one, two].map(holdings.isOurs)).toEqual([false, false]);
  // The answer comes late: it is about the time in which that round began.
  pings.at(-1)?.open();
  await settled();
  expect([one, two].map(holdings.isOurs)).toEqual([true, false]);
  now += 1_000;
  expect([one, two].map(holdings.isOurs)).toEqual([false, false]);
});

test('what another one may have is neither worked on nor given back, but done when the loop is done with it', async () => {
  const [one, two] = taken(1, 2) as [Delivery, Delivery];
  now += ACK_WAIT_MS;
  holdings.giveBack(two);
  await round();
  expect(heard).toEqual([]);
  expect(holdings.inTouch).toBe(true);
  holdings.done(one);
  expect(heard).toEqual(['m1 +ACK']);
});

test('what comes again while the loop is at it is done when the loop is done with it', () => {
  const [first] = taken(1) as [Delivery];
  now += ACK_WAIT_MS;
  const again = deliveryOf(1, 'm1-again');
  holdings.take(again);
  holdings.done(first);
  expect(holdings.isOurs(again)).toBe(false);
  expect(heard).toEqual(['m1 +ACK']);
});

test('what comes again when the loop is done with it is not handed out again, but said to be done', () => {
  const [first] = taken(1) as [Delivery];
  holdings.done(first);
  const again = deliveryOf(1, 'm1-again');
  holdings.take(again);
  expect(holdings.isOurs(again)).toBe(false);
  holdings.giveBack(again);
  expect(heard).toEqual(['m1 +ACK', 'm1-again +ACK']);
});
