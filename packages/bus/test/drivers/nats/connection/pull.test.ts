import { headers } from 'nats';
import type { LinkEvent } from '../../../../src/drivers/nats/connection/link.ts';
import {
  type Delivery,
  openPull,
  type PulledMessage,
  type PullOptions,
} from '../../../../src/drivers/nats/connection/pull.ts';

/** A pull whose server is the test. */
function pullFromTest(how: Partial<Pick<PullOptions, 'gapless' | 'onLate' | 'lapsesAfterMs' | 'mayAsk'>> = {}) {
  const delivered: Delivery[] = [];
  const broken: string[] = [];
  const requests: { batch: number; expires: number }[] = [];
  const listeners = new Set<(event: LinkEvent) => void>();
  let inbox = '';
  let lapses = 0;
  let onMessage: (message: PulledMessage) => void = () => {};
  let subscribed: 'yes' | 'draining' | 'no' = 'yes';
  const pull = openPull({
    link: {
      inbox: () => '_INBOX.test',
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
            subscribed = 'no';
          },
          drain: () => {
            subscribed = 'draining';
          },
        };
      },
    },
    stream: 'commands',
    consumer: 'consumer',
    maxBytes: 1_000_000,
    heartbeatMs: 2_000,
    silentAfterMs: 5_000,
    gapless: true,
    onDelivery: (delivery) => delivered.push(delivery),
    onLapsed: () => lapses++,
    onBroken: (why) => broken.push(why.message),
    onLate: undefined,
    ...how,
  });
  const data = new Uint8Array(0);
  return {
    pull,
    delivered,
    broken,
    requests,
    lapses: () => lapses,
    subscribed: () => subscribed,
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
  const { delivered, broken, deliver, subscribed, listeners } = pullFromTest();
  deliver(place(17, 1));
  deliver(reply);
  deliver(place(20, 2));
  expect(delivered.map(({ sequence }) => sequence)).toEqual([17]);
  expect(broken).toHaveLength(1);
  expect(subscribed()).toBe('no');
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

test.each<LinkEvent>([{ kind: 'disconnected' }, { kind: 'closed', error: undefined }])(
  'a lost connection ends the pull, as what was asked for is lost with it: $kind',
  (event) => {
    const { broken, tell, pull, requests } = pullFromTest();
    tell(event);
    expect(broken).toHaveLength(1);
    pull.ask(10);
    expect(requests).toEqual([]);
  },
);

test('where deliveries are acknowledged, their numbers may have gaps', () => {
  const { pull, delivered, broken, deliver } = pullFromTest({ gapless: false });
  for (const reply of [place(17, 1), place(19, 3), place(18, 7)]) deliver(reply);
  expect(delivered.map(({ sequence }) => sequence)).toEqual([17, 19, 18]);
  expect(broken).toEqual([]);
  pull.close();
});

test('what was on its way when the pull was closed is told as late, and not delivered', () => {
  const late: number[] = [];
  const { pull, delivered, deliver, say, lapses, subscribed } = pullFromTest({
    onLate: ({ sequence }) => late.push(sequence),
  });
  deliver(place(17, 1));
  pull.close();
  expect(subscribed()).toBe('draining');
  deliver(place(18, 2));
  deliver('not.a.place');
  say(408, 'Request Timeout', 9);
  expect([delivered.map(({ sequence }) => sequence), late, lapses()]).toEqual([[17], [18], 0]);
});

test('a request lapses when the owner says, and a process that was out of touch makes none', () => {
  let inTouch = true;
  const { pull, requests, broken } = pullFromTest({ lapsesAfterMs: 2_000, mayAsk: () => inTouch });
  pull.ask(16);
  expect(requests).toMatchObject([{ batch: 16, expires: 2_000_000_000 }]);
  inTouch = false;
  pull.ask(16);
  expect([requests.length, broken]).toEqual([1, [expect.stringMatching(/out of touch/)]]);
});
