import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { describeWithNats } from '../../brokers/nats/index.ts';
import type { SharedBroker } from '../bench-broker.ts';
import { startPeer } from '../compare/peer-process.ts';
import { startSystem } from '../compare/system.ts';
import { sharedNats } from '../nats-bench-broker.ts';

const PEERS = ['documented', 'expert', 'raw'] as const;
const CALLS = 4;
const TRIPS = 40;
const SAY = '{"type":"command","command":"redirect","data":[{"verb":"say","text":"hello"}]}';

/** The documented peer compiles for each of its calls, on a busy machine for seconds. */
const WITHIN_MS = 90_000;

await describeWithNats('a peer of the bench', {}, () => {
  let broker: SharedBroker;
  beforeAll(async () => {
    broker = await sharedNats();
  }, WITHIN_MS);
  afterAll(() => broker.close());

  const system = (name: (typeof PEERS)[number]) => ({
    bus: 'nats' as const,
    broker,
    prefix: `${name}-${randomUUID()}`,
  });

  test.each(PEERS)(
    '%s takes commands from the stream to the websocket, and says on the bus what comes back',
    async (name) => {
      const peer = await startSystem(name, system(name));
      try {
        await peer.openCalls(CALLS);
        const load = { pace: { underWay: CALLS }, until: { count: TRIPS } };
        expect(await peer.roundTrips(load)).toMatchObject({ count: TRIPS });
        expect(await peer.oneWay(load)).toMatchObject({ count: TRIPS });
        expect(await peer.drain(TRIPS)).toBeGreaterThan(0);
        await peer.microservice.request?.(peer.calls[0] ?? '', Buffer.from(SAY));
      } finally {
        await peer.end();
      }
    },
    WITHIN_MS,
  );

  test.each(PEERS)(
    '%s answers a new call with the first command, and sends the next as it is',
    async (name) => {
      const { prefix } = system(name);
      const microservice = await broker.microservice(prefix);
      await broker.prepare(prefix);
      const peer = await startPeer(name, { bus: 'nats', servers: broker.servers, prefix });
      try {
        await microservice.listen(
          (callSid) => microservice.publish(callSid, Buffer.from(SAY)),
          () => {},
        );
        const socket = new WebSocket(peer.websocketUrl, 'ws.jambonz.org');
        await once(socket, 'open');
        socket.send('{"type":"session:new","msgid":"m1","call_sid":"c1","data":{"call_sid":"c1"}}');
        expect(await next(socket)).toEqual({ type: 'ack', msgid: 'm1', data: JSON.parse(SAY).data });
        microservice.publish('c1', Buffer.from(SAY));
        expect(await next(socket)).toEqual(JSON.parse(SAY));
        socket.terminate();
      } finally {
        await peer.kill();
        await microservice.close();
        await broker.forget(prefix);
      }
    },
    WITHIN_MS,
  );
});

async function next(socket: WebSocket): Promise<unknown> {
  const [data] = await once(socket, 'message');
  return JSON.parse(String(data));
}
