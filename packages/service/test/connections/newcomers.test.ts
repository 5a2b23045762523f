import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type NewcomerEnd, type NewcomersOptions, watchNewcomers } from '../../src/connections/index.ts';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function newcomersWith(options: Partial<NewcomersOptions>) {
  const server = createServer({ allowHalfOpen: true });
  const cut: NewcomerEnd[] = [];
  const newcomers = watchNewcomers(server, {
    most: 100,
    mostOfAddress: 100,
    stayMs: undefined,
    ...options,
    onCut: (why) => cut.push(why),
  });
  const accepted: Socket[] = [];
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    accepted.push(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const peers: Socket[] = [];
  cleanUps.push(async () => {
    newcomers.close();
    for (const socket of [...peers, ...accepted]) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  /** @returns whether the connection is still open on the server's side */
  const dial = async (localAddress = '127.0.0.1'): Promise<() => boolean> => {
    const peer = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
    peer.on('error', () => {});
    peers.push(peer);
    const [socket] = (await once(server, 'connection')) as [Socket];
    return () => !socket.destroyed;
  };
  return { newcomers, cut, accepted, dial };
}

test('past the most of one address its oldest goes, and nobody else', async () => {
  const { newcomers, cut, dial } = await newcomersWith({ mostOfAddress: 2 });
  const other = await dial('127.0.0.2');
  const [first, second, third] = [await dial(), await dial(), await dial()];
  expect([first(), second(), third(), other()]).toEqual([false, true, true, true]);
  expect([newcomers.size, cut]).toEqual([3, ['crowded']]);
});

test('past the most of all the oldest of all goes', async () => {
  const { cut, dial } = await newcomersWith({ most: 2 });
  const [first, second, third] = [await dial('127.0.0.2'), await dial(), await dial('127.0.0.3')];
  expect([first(), second(), third(), cut]).toEqual([false, true, true, ['crowded']]);
});

test('one that stays too long goes, however its peer is, and one that has become a websocket does not', async () => {
  const { newcomers, cut, accepted, dial } = await newcomersWith({ stayMs: 100 });
  const silent = await dial();
  const upgraded = await dial();
  newcomers.leave(accepted[1] as Socket);
  await sleep(1_500);
  expect([silent(), upgraded(), newcomers.size, cut]).toEqual([false, true, 0, ['late']]);
});

test('one that has closed is not counted', async () => {
  const { newcomers, accepted, dial } = await newcomersWith({});
  await dial();
  accepted[0]?.destroy();
  await sleep(20);
  expect(newcomers.size).toBe(0);
});
