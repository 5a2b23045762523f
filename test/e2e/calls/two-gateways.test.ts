import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startTcpProxy, type TcpProxy } from '../../fixtures/index.ts';
import type { SimulatedCall } from '../../simulator/index.ts';
import { type Cluster, eventually, type GatewayHandle, startCluster } from '../cluster-harness.ts';

/* Each websocket of a call comes back wherever the load balancer sends it, so that a call may have some at two gateways. */

const verb = (id: string): object => ({
  type: 'command',
  command: 'redirect',
  data: [{ verb: 'pause', id, length: 0 }],
});

let cluster: Cluster;
let service: TcpProxy;
let first: GatewayHandle;
let second: GatewayHandle;
const extra: WebSocket[] = [];

beforeEach(async () => {
  cluster = await startCluster();
  first = await cluster.addGateway();
  second = await cluster.addGateway();
  service = await startTcpProxy(port(first));
});
afterEach(async () => {
  for (const socket of extra.splice(0)) socket.terminate();
  await cluster.close();
  await service.close();
});

function port({ websocketUrl }: GatewayHandle): number {
  return Number(new URL(websocketUrl).port);
}

/** Calls at the first gateway, which reconnect wherever the service takes them. */
const callsAtFirst = (count: number): Promise<SimulatedCall[]> =>
  cluster.liveCalls({ ...first, websocketUrl: `ws://127.0.0.1:${service.port}/ivr` }, count);

/** A websocket at the second gateway that speaks of the call. */
async function speakAtSecond(
  callSid: string,
  type: string,
  data: object,
  localAddress = '127.0.0.1',
): Promise<WebSocket> {
  const socket = new WebSocket(second.websocketUrl, 'ws.jambonz.org', { localAddress });
  extra.push(socket);
  await once(socket, 'open');
  say(socket, callSid, type, data);
  return socket;
}

function say(socket: WebSocket, callSid: string, type: string, data: object): void {
  socket.send(JSON.stringify({ type, msgid: `m-${type}`, call_sid: callSid, data: { ...data, call_sid: callSid } }));
}

/** The call takes commands, and its events go on without a gap. */
async function expectWell(call: SimulatedCall, id: string): Promise<void> {
  const position = cluster.publish(call.callSid, verb(id));
  await call.waitFor(({ raw }) => raw.includes(`"finished","id":"${id}"`));
  await cluster.settled([position]);
  const events = (await cluster.messages('events')).filter(({ callSid }) => callSid === call.callSid);
  expect(events.map(({ attributes }) => Number(attributes['sequence']))).toEqual(events.map((_, n) => n + 1));
}

const statuses = async (callSid: string): Promise<string[]> =>
  (await cluster.messages('events'))
    .filter((event) => event.callSid === callSid && event.type === 'call:status')
    .map(({ payload }) => String(JSON.parse(Buffer.from(payload).toString()).data.detail));

test('a call that comes back to another gateway takes its commands there, although the former one waits for it', async () => {
  await cluster.addAdapter();
  const [call] = (await callsAtFirst(1)) as [SimulatedCall];
  service.retarget(port(second));
  call.drop();
  await eventually('the reconnect', () => call.reconnects === 1 && call.connected);
  await expectWell(call, 'there');
  expect((await cluster.results()).filter(({ status }) => status === 'rejected')).toEqual([]);
});

test.each([
  ['session:reconnect', {}],
  ['call:status', { call_status: 'in-progress' }],
])('a websocket for statuses that comes to another gateway with %s leaves the call where it is', async (type, data) => {
  await cluster.addAdapter();
  const [call] = (await callsAtFirst(1)) as [SimulatedCall];
  const socket = await speakAtSecond(call.callSid, type, data);
  say(socket, call.callSid, 'call:status', { call_status: 'in-progress', detail: 'told there' });
  await eventually('the status', async () => (await statuses(call.callSid)).includes('told there'));
  await expectWell(call, 'still here');
  expect([call.reconnects, socket.readyState]).toEqual([0, WebSocket.OPEN]);
});

test('who says at another gateway that a live call begins does not get it, and is sent away', async () => {
  await cluster.addAdapter();
  const [call] = (await callsAtFirst(1)) as [SimulatedCall];
  const socket = await speakAtSecond(call.callSid, 'session:new', { account_sid: 'account', direction: 'inbound' });
  const heard: string[] = [];
  socket.on('message', (data) => heard.push(String(data)));
  const [code] = await once(socket, 'close');
  expect(code).toBe(1008);
  const position = cluster.publish(call.callSid, verb('for the caller'));
  await call.waitFor(({ raw }) => raw.includes('"finished","id":"for the caller"'));
  await cluster.settled([position]);
  expect(heard.filter((text) => text.includes('for the caller'))).toEqual([]);
  expect([call.reconnects, call.connected]).toEqual([0, true]);
});

test('what is told at another gateway goes by an adapter that reaches the one with the call', async () => {
  const partial = await cluster.addAdapter();
  await cluster.addAdapter();
  const calls = await callsAtFirst(8);
  partial.links[0]?.cut();
  for (const { callSid } of calls) {
    const socket = await speakAtSecond(callSid, 'call:status', { call_status: 'in-progress', detail: 'one' });
    say(socket, callSid, 'call:status', { call_status: 'in-progress', detail: 'two' });
  }
  for (const { callSid } of calls) {
    await eventually('both statuses', async () => (await statuses(callSid)).join().endsWith('one,two'));
  }
});

test.each([
  ['session:reconnect', {}],
  ['session:redirect', {}],
  ['call:status', { call_status: 'completed' }],
])('a stranger at another gateway can neither end a call nor take it with %s', async (type, data) => {
  await cluster.addAdapter();
  const [call] = (await callsAtFirst(1)) as [SimulatedCall];
  const socket = await speakAtSecond(call.callSid, type, data, '127.0.0.2');
  const [code] = await once(socket, 'close');
  expect(code).toBe(1008);
  await expectWell(call, 'mine');
  expect(await statuses(call.callSid)).not.toContain('completed');
  expect([call.connected, call.reconnects]).toEqual([true, 0]);
});
