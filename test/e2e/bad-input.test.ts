import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import type { SimulatedCall } from '../simulator/index.ts';
import { redirect, type StandaloneHarness, startStandalone } from './standalone-harness.ts';

const PROTOCOL = 'ws.jambonz.org';

/** What strangers and broken peers do to the port of jambonz. A call is up all the while, and must not notice. */
describe('bad input on the websocket port', () => {
  let jambus: StandaloneHarness;
  let bystander: SimulatedCall;

  beforeAll(async () => {
    jambus = await startStandalone({ JAMBUS_BASIC_AUTH: 'jambonz:s3cret', JAMBUS_MAX_INBOUND_BYTES: '1048576' });
    bystander = await jambus.liveCall({ url: withCredentials() });
  });
  afterAll(() => jambus.stop());

  const withCredentials = (): string => jambus.websocketUrl.replace('ws://', 'ws://jambonz:s3cret@');

  /** Runs `misbehave` and expects one line in the log and one more in the metric for it. */
  const violation = async (kind: string, misbehave: () => Promise<unknown>): Promise<void> => {
    const series = `jambus_protocol_violations_total{kind="${kind}"}`;
    const before = await jambus.metric(series);
    const linesBefore = jambus.log.length;
    await misbehave();
    const lines = jambus.log.slice(linesBefore).filter((line) => line['kind'] !== undefined);
    expect(lines).toMatchObject([{ level: 'warn', kind }]);
    expect((await jambus.metric(series)) - before).toBe(1);
  };

  /** Opens a websocket as jambonz would, sends, and resolves with the code it is closed with. */
  const closeCodeAfter = async (...messages: (string | Buffer)[]): Promise<number> => {
    const socket = new WebSocket(withCredentials(), PROTOCOL);
    socket.on('error', () => {});
    await once(socket, 'open');
    for (const message of messages) socket.send(message);
    const [code] = await once(socket, 'close');
    return code;
  };

  const upgradeStatus = async (url: string, protocol?: string): Promise<number | undefined> => {
    const socket = new WebSocket(url, protocol === undefined ? [] : [protocol]);
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    return response.statusCode;
  };

  test('text that is no JSON as first message: closed, 1008', () =>
    violation('first_message', async () => expect(await closeCodeAfter('hello?')).toBe(1008)));

  test('a message of jambonz that cannot come first: closed, 1008', () =>
    violation('first_message', async () =>
      expect(await closeCodeAfter('{"type":"verb:status","msgid":"1","call_sid":"x","data":{}}')).toBe(1008),
    ));

  test('a session without call_sid: closed, 1008', () =>
    violation('first_message', async () =>
      expect(await closeCodeAfter('{"type":"session:new","msgid":"1","data":{}}')).toBe(1008),
    ));

  test('a session whose call_sid is no call_sid: closed, 1008, and no link suffers', () =>
    violation('first_message', async () => {
      const message = JSON.stringify({ type: 'session:new', msgid: '1', call_sid: 'x'.repeat(300), data: {} });
      expect(await closeCodeAfter(message)).toBe(1008);
    }));

  test('binary data as first message: closed, 1003', () =>
    violation('binary', async () => expect(await closeCodeAfter(Buffer.from([1, 2, 3]))).toBe(1003)));

  test('a message of 10 MB: closed, 1009', () =>
    violation('too_large', async () => expect(await closeCodeAfter('x'.repeat(10_000_000))).toBe(1009)));

  test('a malformed frame: cut off', () =>
    violation('bad_frame', async () => {
      const socket = new WebSocket(withCredentials(), PROTOCOL);
      socket.on('error', () => {});
      await once(socket, 'open');
      // Reserved opcode, reserved bits, no mask.
      (socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(Buffer.from([0xff, 0x7f, 0xff]));
      await once(socket, 'close');
    }));

  test('garbage and binary data on the socket of a call leave the call up', async () => {
    await violation('not_json', () => afterwards(() => bystander.misbehave({ kind: 'garbage' })));
    await violation('binary', () => afterwards(() => bystander.misbehave({ kind: 'binary' })));
    expect(bystander.connected).toBe(true);
  });

  test('a second session:new on the socket of a call asks for nothing: commands go on as commands', async () => {
    bystander.misbehave({ kind: 'second session' });
    await jambus.until(
      'events',
      bystander.callSid,
      (() => {
        let sessions = 0;
        return ({ json }) => json.type === 'session:new' && ++sessions === 2;
      })(),
    );
    const after = redirect([{ verb: 'say', id: 'after', text: 'still here' }]);
    expect((await jambus.post(bystander.callSid, after)).result).toMatchObject({ status: 'delivered' });
    await jambus.find('events', bystander.callSid, ({ json }) => json.data?.id === 'after');
    expect(bystander.connected).toBe(true);
  });

  test('the wrong subprotocol, or none: 400', async () => {
    await violation('upgrade', async () => expect(await upgradeStatus(withCredentials(), 'other')).toBe(400));
    await violation('upgrade', async () => expect(await upgradeStatus(withCredentials())).toBe(400));
  });

  test('the wrong password, or none: 401', async () => {
    const wrong = jambus.websocketUrl.replace('ws://', 'ws://jambonz:wrong@');
    await violation('upgrade', async () => expect(await upgradeStatus(wrong, PROTOCOL)).toBe(401));
    await violation('upgrade', async () => expect(await upgradeStatus(jambus.websocketUrl, PROTOCOL)).toBe(401));
  });

  test('HTTP without upgrade: 426', () =>
    violation('http', async () => {
      const response = await fetch(jambus.websocketUrl.replace('ws://', 'http://'));
      expect([response.status, response.headers.get('upgrade')]).toEqual([426, 'websocket']);
    }));

  test('what is no HTTP at all: 400', () =>
    violation('http', async () => {
      const { port } = new URL(jambus.websocketUrl);
      const socket = connect(Number(port), '127.0.0.1');
      socket.write('EHLO example.org\r\n\r\n');
      const [answer] = await once(socket, 'data');
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
      socket.destroy();
    }));

  test('no secret shows in the log', () => {
    expect(JSON.stringify(jambus.log)).not.toMatch(/s3cret|wrong@|amFtYm9uej/);
  });

  test('the other call has noticed nothing', async () => {
    const { status } = await jambus.post(bystander.callSid, redirect([{ verb: 'say', id: 'fine', text: 'all fine' }]));
    expect(status).toBe(200);
    expect([bystander.connected, bystander.reconnects]).toEqual([true, 0]);
  });

  /** Waits until the gateway has seen what `act` sent: it handles a socket's messages in order. */
  async function afterwards(act: () => void): Promise<void> {
    act();
    const marker = `marker-${Math.random()}`;
    void bystander.send('verb:status', { data: { event: marker } });
    await jambus.find('events', bystander.callSid, ({ json }) => json.data?.event === marker);
  }
});
