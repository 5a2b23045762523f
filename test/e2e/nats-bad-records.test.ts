import { type ConsumerMessages, connect, type JsMsg, type NatsConnection } from 'nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { openRawPublisher, type RawMessage, type RawPublisher } from '../fuzz/bus-raw-nats.ts';
import { type SimulatedCall, startCall } from '../simulator/index.ts';
import { delay, eventually } from './cluster-harness.ts';

/** Far over what a command takes, and far under what one takes behind 9,000 records that are retried. */
const AT_ONCE_MS = 10_000;
const PARTITIONS = 2;
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

interface Letter {
  readonly subject: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: string;
}

/* Whole processes: what a publisher can do to the stream of the commands, by mistake or on purpose. */
await describeWithNats('records that are no commands, on nats', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let nc: NatsConnection;
  let raw: RawPublisher;
  let reading: ConsumerMessages;
  let cluster: JambusCluster;
  let calls: SimulatedCall[];
  let commands = 0;
  const results = new Map<string, { readonly at: number; readonly status: string }>();
  const rejected: string[] = [];
  const letters: Letter[] = [];

  /** Sends a command to each call. @returns how long the slowest took to be delivered, ms */
  const roundTrip = async (): Promise<number> => {
    const sent = performance.now();
    const ids = calls.map(({ callSid }) => {
      const id = `command-${++commands}`;
      const data = [{ verb: 'pause', id, length: 0 }];
      const payload = JSON.stringify({ type: 'command', command: 'redirect', data });
      return raw
        .publish([{ subject: `jambonz.commands.${callSid}`, payload, headers: [['ce-id', id]] }])
        .then(() => id);
    });
    const all = await Promise.all(ids);
    await eventually(
      'the commands of others',
      () => all.every((id) => results.get(id)?.status === 'delivered'),
      60_000,
    );
    return Math.max(...all.map((id) => (results.get(id)?.at ?? Number.POSITIVE_INFINITY) - sent));
  };
  /** The positions of all partitions have passed everything. */
  const everythingIsFinished = (): Promise<void> =>
    eventually('every record is finished', async () => {
      const text = await (await fetch(`${cluster.adminUrls.at(-1)}/metrics`)).text();
      return /^jambus_partition_window_fill_ratio(?:\{[^}]*\})? 0$/m.test(text);
    });

  beforeAll(async () => {
    server = await nats.start();
    nc = await connect({ servers: server.url });
    const bus = { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url, JAMBUS_NATS_PARTITIONS: String(PARTITIONS) };
    cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus });
    raw = await openRawPublisher(server.port);
    const sessions = new Set<string>();
    nc.subscribe('jambonz.results.>', {
      callback: (_, { data }) => {
        const { commandId, status, code } = JSON.parse(Buffer.from(data).toString());
        if (!results.has(commandId)) results.set(commandId, { at: performance.now(), status });
        if (code !== undefined) rejected.push(code);
      },
    });
    nc.subscribe('jambonz.events.*.session.new', {
      callback: (_, { subject }) => sessions.add(subject.split('.')[2] ?? ''),
    });
    await nc.flush();
    // Not by a subscription to the subject: that would see what the stream refuses, too.
    const consumer = await nc.jetstream().consumers.get('jambonz-deadletters');
    reading = await consumer.consume();
    void read(reading, letters);
    calls = Array.from({ length: 6 }, () => startCall({ url: cluster.websocketUrl, speed: 50 }));
    await eventually('the calls', () => calls.every(({ callSid }) => sessions.has(callSid)), 30_000);
    await roundTrip();
  }, 90_000);

  afterAll(async () => {
    await Promise.all(calls.map((call) => call.abort()));
    raw.close();
    await reading.close();
    await cluster.close();
    await nc.close();
    await server.stop();
  }, 60_000);

  afterEach(() => {
    letters.length = 0;
    rejected.length = 0;
  });

  // Each was tried three times with backoff, one after the other, and the others timed out.
  test('9,000 of them whose call_sid is odd have their outcome at once, and hold up nobody', async () => {
    const odd = ['\u00a0', '\u3000', '\u0001', '\u001f', '\u0000', '\f', '\u007f', '\ufeff', '😀'];
    const records: RawMessage[] = Array.from({ length: 9_000 }, (_, n) => ({
      subject: `jambonz.commands.a${odd[n % odd.length]}b`,
      payload: '{}',
    }));
    // The server stores what is published on a wildcard in no partition, so that nobody reads it.
    await raw.publish(['*', '>'].map((token) => ({ subject: `jambonz.commands.${token}`, payload: '{}' })));
    await raw.publish(records);
    const slowest = Math.max(await roundTrip(), await roundTrip());
    await everythingIsFinished();
    process.stdout.write(`slowest command beside 9,000 bad records: ${Math.round(slowest)} ms\n`);
    expect(slowest).toBeLessThan(AT_ONCE_MS);
    // Each is no command, and says so once; where the call can have no result, there is the dead letter alone.
    await eventually('the dead letters', () => letters.length >= records.length, 30_000);
    await delay(200);
    expect(letters).toHaveLength(records.length);
    expect(new Set(letters.map(({ headers }) => headers.get('ce-dlreason')))).toEqual(new Set(['invalid']));
    expect(new Set(letters.map(({ headers }) => headers.get('ce-dlorigin'))).size).toBe(records.length);
    expect(new Set(rejected)).toEqual(new Set(['invalid']));
  }, 120_000);

  // Servers take it from anybody, and the client that reads it took it for the end of the subject.
  test('one with a carriage return in its subject neither ends the connection nor comes again', async () => {
    await raw.publish([{ subject: 'jambonz.commands.a\rb', payload: '{}' }]);
    expect(await roundTrip()).toBeLessThan(AT_ONCE_MS);
    await everythingIsFinished();
    expect(letters).toHaveLength(1);
    expect(letters[0]?.headers.get('ce-dldetail')).toContain('"a\\rb"');
  }, 60_000);

  // Whole and reduced form took turns for ever, and the position did not move.
  test.each([
    ['the whole fits without ours only', 65_470, '{'],
    ['there is a body', 65_400, JSON.stringify({ filler: 'x'.repeat(900_000) })],
  ])(
    'one whose dead letter is too large is there in part, with what is missing: %s',
    async (_what, bytes, payload) => {
      await raw.publish([{ subject: 'jambonz.commands.large', payload, headers: [['ce-big', 'y'.repeat(bytes)]] }]);
      await eventually('the dead letter', () => letters.length > 0);
      expect(letters[0]?.headers.get('ce-dlleftout')).toBe(`big (${bytes + 3} bytes)`);
      expect(letters[0]?.payload).toBe(payload);
      await everythingIsFinished();
      expect(await roundTrip()).toBeLessThan(AT_ONCE_MS);
    },
    60_000,
  );

  test.each([
    ['an id', [['ce-id', 'i'.repeat(30_000)]]],
    ['an id with a line break', [['ce-id', 'a\rb']]],
    [
      'a trace state',
      [
        ['traceparent', TRACE],
        ['tracestate', 'a='.concat('b'.repeat(60_000))],
      ],
    ],
    ['a trace context', [['traceparent', `01${TRACE.slice(2)}-${'0'.repeat(60_000)}`]]],
    ['a verb', [['ce-ifverbid', 'v'.repeat(60_000)]]],
  ] as const)(
    '%s of a command that is longer than anybody needs does no harm to its call',
    async (_what, headers) => {
      const { callSid } = calls[0] as SimulatedCall;
      const before = results.size;
      const payload = JSON.stringify({ type: 'command', command: 'redirect', data: [{ verb: 'pause', length: 0 }] });
      await raw.publish([{ subject: `jambonz.commands.${callSid}`, payload, headers }]);
      await eventually('its result', () => results.size > before);
      expect(await roundTrip()).toBeLessThan(AT_ONCE_MS);
      await everythingIsFinished();
    },
    60_000,
  );
});

async function read(messages: AsyncIterable<JsMsg>, letters: Letter[]): Promise<void> {
  for await (const message of messages) letters.push(letterOf(message));
}

function letterOf({ subject, headers, data }: JsMsg): Letter {
  const found = new Map<string, string>();
  for (const [name, values] of headers ?? []) found.set(name, values[0] ?? '');
  return { subject, headers: found, payload: Buffer.from(data).toString() };
}
