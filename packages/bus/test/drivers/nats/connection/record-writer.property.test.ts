import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { connect, type NatsConnection } from 'nats';
import { headersOf } from '../../../../src/drivers/nats/connection/headers.ts';
import type { AttributedRecord } from '../../../../src/drivers/nats/connection/record-bytes.ts';
import { recordWriterOf } from '../../../../src/drivers/nats/connection/record-writer.ts';

const PING = 'PING\r\n';
const INBOX = '_INBOX.jambonz.adapter.x';

/** A server that only keeps what it is sent. */
async function keepingServer() {
  const sockets = new Set<Socket>();
  const received = new Map<Socket, Buffer[]>();
  const server = createServer((socket) => {
    sockets.add(socket);
    received.set(socket, []);
    socket.on('error', () => {});
    socket.write('INFO {"server_id":"test","version":"2.15.2","headers":true,"max_payload":100000,"proto":1}\r\n');
    let end = '';
    socket.on('data', (bytes) => {
      received.get(socket)?.push(bytes);
      end = (end + bytes.subarray(-PING.length).toString('latin1')).slice(-PING.length);
      // What the client sends last is always a ping: by itself, and when it is flushed.
      if (end === PING) socket.write('PONG\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    /** What came on the connection that was made last, since the last time. */
    take: (socket: Socket): string => {
      const bytes = Buffer.concat(received.get(socket) ?? []);
      received.set(socket, []);
      return bytes.toString('latin1');
    },
    newest: (): Socket => [...sockets].at(-1) as Socket,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

let server: Awaited<ReturnType<typeof keepingServer>>;
const connections: NatsConnection[] = [];

async function connection(): Promise<{ nc: NatsConnection; sent: () => Promise<string> }> {
  const nc = await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false });
  connections.push(nc);
  const socket = server.newest();
  const sent = async (): Promise<string> => {
    // What the writer has written in this turn is handed over at its end.
    await nextTurn();
    await nc.flush();
    return server.take(socket);
  };
  await sent();
  return { nc, sent };
}

beforeAll(async () => {
  server = await keepingServer();
});

afterAll(async () => {
  await Promise.all(connections.map((nc) => nc.close()));
  server.close();
});

const ascii = fc.string({ unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)) });
const value = fc.oneof(
  { weight: 6, arbitrary: fc.string() },
  { weight: 3, arbitrary: ascii },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.constantFrom('', '\r', 'a\nb', '\u0000', '\u007f', 'ü', '\ud800') },
);
const attributeName = fc.constantFrom('specversion', 'id', 'type', 'traceparent', 'content-type', 'x-ü', 'a b', 'n\nn');
const record: fc.Arbitrary<AttributedRecord> = fc.record({
  subject: fc.oneof({ weight: 5, arbitrary: fc.stringMatching(/^[a-z0-9.-]{1,60}$/) }, { weight: 1, arbitrary: value }),
  payload: fc.oneof(fc.uint8Array(), fc.constant(new Uint8Array(20_000)), fc.constant(new Uint8Array(100_001))),
  attributes: fc.dictionary(attributeName, value, { maxKeys: 6 }),
  messageId: fc.option(value, { nil: undefined }),
});

const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length;

function isPlain({ subject, payload, attributes, messageId = '' }: AttributedRecord): boolean {
  const values = [...Object.keys(attributes), ...Object.values(attributes), messageId];
  const areFine = values.every((text) => isAscii(text) && !/[\r\n]/.test(text));
  return areFine && isAscii(subject) && !/[ \t\r\n]/.test(subject) && subject !== '' && payload.length < 10_000;
}

test('what is written as bytes is what the client publishes, byte for byte, and all that is plain is written so', async () => {
  const asBytes = await connection();
  const byClient = await connection();
  const writer = recordWriterOf(asBytes.nc);
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 30 }), async (records) => {
      const ways: boolean[] = [];
      for (const item of records) {
        number += 1 + Math.floor(Math.random() * 1_000);
        const written = writer.write(item, INBOX, number);
        ways.push(written);
        if (!written || !isPlain(item)) continue;
        const headers = headersOf(item.attributes, item.messageId);
        byClient.nc.publish(item.subject, item.payload, { reply: `${INBOX}.${number}`, headers });
      }
      // Both before anything is expected, so that nothing is left for the next run.
      const [bytes, published] = [await asBytes.sent(), await byClient.sent()];
      expect(ways).toEqual(records.map(isPlain));
      expect(bytes).toBe(published);
    }),
    { numRuns: 150 },
  );
});

test('more than a buffer holds goes out whole and in its order', async () => {
  const asBytes = await connection();
  const byClient = await connection();
  const writer = recordWriterOf(asBytes.nc);
  for (let number = 1; number <= 500; number++) {
    const item = { subject: 's', payload: Buffer.alloc(1_000, number % 256), attributes: { id: `${number}` } };
    expect(writer.write({ ...item, messageId: undefined }, INBOX, number)).toBe(true);
    const headers = headersOf(item.attributes, undefined);
    byClient.nc.publish('s', item.payload, { reply: `${INBOX}.${number}`, headers });
  }
  expect(await asBytes.sent()).toBe(await byClient.sent());
});

test('a connection that is closed, or that is of a client nobody has looked into, is not written to', async () => {
  const { nc } = await connection();
  const plain = { subject: 's', payload: new Uint8Array(0), attributes: {}, messageId: undefined };
  const ofAnotherClient = new Proxy(nc, {
    get: (target, name) =>
      name === 'protocol' ? { transport: { version: '2.30.0' }, sendCommand: () => {} } : Reflect.get(target, name),
  });
  expect(recordWriterOf(ofAnotherClient).write(plain, INBOX, 1)).toBe(false);
  const writer = recordWriterOf(nc);
  expect(writer.write(plain, INBOX, 1)).toBe(true);
  await nc.close();
  expect(writer.write(plain, INBOX, 2)).toBe(false);
});
