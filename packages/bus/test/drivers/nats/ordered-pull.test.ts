import { headers } from 'nats';
import type { LinkEvent } from '../../../src/drivers/nats/connection/link.ts';
import { type Delivery, openOrderedPull, type PulledMessage } from '../../../src/drivers/nats/ordered-pull.ts';

/** A pull whose server is the test. */
function pullFromTest() {
  const delivered: Delivery[] = [];
  const broken: string[] = [];
  const requests: { batch: number }[] = [];
  const listeners = new Set<(event: LinkEvent) => void>();
  let inbox = '';
  let lapses = 0;
  let onMessage: (message: PulledMessage) => void = () => {};
  let subscribed = true;
  const pull = openOrderedPull({
    link: {
      nc: { publish: (_subject, request) => requests.push(JSON.parse(String(request))) },
      listen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      subscribe: (subject, callback) => {
        inbox = subject;
        onMessage = callback;
        return {
          unsubscribe: () => {
            subscribed = false;
          },
        };
      },
    },
    stream: 'commands',
    consumer: 'consumer',
    maxBytes: 1_000_000,
    onDelivery: (delivery) => delivered.push(delivery),
    onLapsed: () => lapses++,
    onBroken: (why) => broken.push(why.message),
  });
  const data = new Uint8Array(0);
  return {
    pull,
    delivered,
    broken,
    requests,
    lapses: () => lapses,
    isSubscribed: () => subscribed,
    listeners,
    deliver: (reply: string) => onMessage({ subject: 'commands.0.sid', reply, data }),
    say: (code: number, description: string, left?: number) => {
      const said = headers(code, description);
      if (left !== undefined) said.set('Nats-Pending-Messages', String(left));
      onMessage({ subject: inbox, headers: said, data });
    },
    tell: (event: LinkEvent) => {
      for (const listener of [...listeners]) listener(event);
    },
  };
}

const place = (sequence: number, delivery: number) =>
  `$JS.ACK.commands.consumer.1.${sequence}.${delivery}.1700000000123456789.0`;

test('a delivery says where it stands in the stream and when it was stored, in both forms of servers', () => {
  const { pull, delivered, deliver } = pullFromTest();
  deliver(place(17, 1));
  deliver('$JS.ACK.hub.acct.commands.consumer.1.23.2.1700000000999000000.0.random');
  expect(delivered.map(({ sequence, storedAt }) => [sequence, storedAt])).toEqual([
    [17, 1_700_000_000_123],
    [23, 1_700_000_000_999],
  ]);
  pull.close();
});

test.each([
  ['a gap', place(19, 3)],
  ['one that came before', place(17, 1)],
  ['a message from elsewhere', 'not.a.place'],
])('%s ends the pull, and nothing after it is delivered', (_what, reply) => {
  const { delivered, broken, deliver, isSubscribed, listeners } = pullFromTest();
  deliver(place(17, 1));
  deliver(reply);
  deliver(place(20, 2));
  expect(delivered.map(({ sequence }) => sequence)).toEqual([17]);
  expect(broken).toHaveLength(1);
  expect(isSubscribed()).toBe(false);
  expect(listeners.size).toBe(0);
});

test('what is under way is what was asked for, less what came and what the server took back', () => {
  const { pull, requests, deliver, say, lapses } = pullFromTest();
  pull.ask(10);
  pull.ask(5);
  deliver(place(1, 1));
  expect(pull.underWay).toBe(14);
  say(100, 'Idle Heartbeat');
  expect([pull.underWay, lapses()]).toEqual([14, 0]);
  say(408, 'Request Timeout', 9);
  expect([pull.underWay, lapses()]).toEqual([5, 1]);
  say(409, 'Message Size Exceeds MaxBytes', 5);
  expect([pull.underWay, lapses()]).toEqual([0, 2]);
  expect(requests.map(({ batch }) => batch)).toEqual([10, 5]);
  pull.close();
});

test.each([
  [409, 'Consumer Deleted'],
  [409, 'Leadership Change'],
  [503, 'No Responders'],
])('a server that says %i %s ends the pull', (code, description) => {
  const { pull, broken, say } = pullFromTest();
  pull.ask(10);
  say(code, description);
  expect(broken).toEqual([expect.stringContaining(description)]);
});

test('a lost connection ends the pull, as what was asked for is lost with it', () => {
  const { broken, tell, pull, requests } = pullFromTest();
  tell({ kind: 'disconnected' });
  expect(broken).toHaveLength(1);
  pull.ask(10);
  expect(requests).toEqual([]);
});
