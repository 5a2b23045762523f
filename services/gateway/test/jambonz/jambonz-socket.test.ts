import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { socketPair, until } from './socket-pair.ts';

const SESSION = JSON.stringify({ type: 'session:new', msgid: 'm', call_sid: 'call-1', data: {} });
const MiB = 1024 * 1024;
const message = (bytes: number) => Buffer.alloc(bytes, 'x');

describe('a write', () => {
  test('that the operating system takes whole is written at once', async () => {
    const { near, arrived } = await socketPair();
    expect(near.send(message(100), () => {})).toBe('written');
    await until(() => arrived.length === 1);
  });

  test('to a peer that does not read is buffered, and ends well when the peer has read', async () => {
    const { near, peer, arrived } = await socketPair();
    peer.pause();
    const ends: boolean[] = [];
    expect(near.send(message(8 * MiB), (written) => ends.push(written))).toBe('buffered');
    expect(near.bufferedBytes).toBeGreaterThan(0);
    await sleep(50);
    expect(ends).toEqual([]);
    peer.resume();
    await until(() => arrived.length === 1 && ends.length === 1);
    expect(ends).toEqual([true]);
  });

  test('of 8 MiB that nobody reads is not written when the connection is cut, whatever the websocket says', async () => {
    const { near, ws, peer, log } = await socketPair();
    peer.send(SESSION);
    await until(() => log.length === 1);
    peer.pause();
    const claims: unknown[] = [];
    const send = ws.send.bind(ws) as (...args: unknown[]) => void;
    const spied = (data: unknown, options: unknown, end: (error?: Error | null) => void) =>
      send(data, options, (error?: Error | null) => {
        claims.push(error ?? 'success');
        end(error);
      });
    ws.send = spied as typeof ws.send;
    const ends: string[] = [];
    for (const n of [1, 2, 3]) near.send(message(8 * MiB), (written) => ends.push(`${n} ${written}`));
    near.terminate();
    await until(() => log.includes('closed'));
    // The premise: ws does claim success for a write that was cut.
    expect(claims).toContain('success');
    expect(ends).toEqual(['1 false', '2 false', '3 false']);
    expect(log).toEqual(['session call-1', 'detach 1006', 'closed']);
  });

  test('is told to have failed before the call hears that the connection is gone', async () => {
    const { near, peer, log } = await socketPair();
    peer.send(SESSION);
    await until(() => log.length === 1);
    peer.pause();
    near.send(message(8 * MiB), (written) => log.push(`written ${written}`));
    peer.terminate();
    await until(() => log.includes('closed'));
    expect(log).toEqual(['session call-1', 'written false', 'detach 1006', 'closed']);
  });

  test('onto a connection that the peer has reset, which nobody has noticed yet, is not written', async () => {
    const { near, peerConnection, arrived } = await socketPair();
    peerConnection.resetAndDestroy();
    const states = [near.send(message(100), () => {}), near.send(message(100), () => {})];
    expect(states).toEqual(['closed', 'closed']);
    expect(arrived).toEqual([]);
  });

  test('to a closed websocket is none', async () => {
    const { near, log } = await socketPair();
    near.terminate();
    await until(() => log.includes('closed'));
    expect([near.isOpen, near.send(message(1), () => {})]).toEqual([false, 'closed']);
  });
});

describe('reading', () => {
  test('a first message that is held is read later, and nothing is lost', async () => {
    const { near, peer, log } = await socketPair();
    near.holdFirst(true);
    peer.send(SESSION);
    await sleep(50);
    expect(log).toEqual([]);
    near.holdFirst(false);
    await until(() => log.length === 1);
    expect(log).toEqual(['session call-1']);
  });

  test('a websocket that has its call is not held by that', async () => {
    const { near, peer, log } = await socketPair();
    peer.send(SESSION);
    await until(() => log.length === 1);
    near.holdFirst(true);
    peer.send(JSON.stringify({ type: 'call:status', data: {} }));
    await until(() => log.length === 2);
  });

  test('a peer that we do not read from is not cut off for its silence', async () => {
    const { near, peer, log } = await socketPair();
    near.holdFirst(true);
    near.beat();
    near.beat();
    expect(near.expireSilence()).toBe(false);
    peer.send(SESSION);
    near.holdFirst(false);
    await until(() => log.length > 0);
    expect([near.expireSilence(), log]).toEqual([true, ['session call-1']]);
  });
});

describe('a peer that breaks the rules', () => {
  const live = async () => {
    const pair = await socketPair();
    pair.peer.send(SESSION);
    await until(() => pair.log.length === 1);
    return pair;
  };

  test('again and again is closed, and is not heard meanwhile', async () => {
    const { peer, log } = await live();
    for (let n = 0; n < 63; n++) peer.send('{}');
    peer.send('{"type":"call:status","data":{}}');
    await until(() => log.includes('call:status'));
    for (let n = 0; n < 10; n++) peer.send('{}');
    peer.send('{"type":"late","data":{}}');
    await until(() => log.includes('closed'));
    expect(log.filter((line) => line === 'violation not_json')).toHaveLength(64);
    expect(log.slice(-3)).toEqual(['violation too_many', 'detach 1008', 'closed']);
  });

  test('with a msgid of more than 256 bytes is told so at first, and later its message is thrown away', async () => {
    const said = (msgid: string) => JSON.stringify({ type: 'verb:hook', msgid, call_sid: 'call-1', data: {} });
    const { peer, log } = await live();
    peer.send(said('€'.repeat(86)));
    peer.send(said('€'.repeat(85)));
    await until(() => log.includes('verb:hook'));
    expect(log.slice(1)).toEqual(['violation bad_msgid', 'verb:hook']);

    const fresh = await socketPair();
    let reason = '';
    fresh.peer.on('close', (code, why) => {
      reason = `${code} ${why}`;
    });
    fresh.peer.send(said('m'.repeat(257)));
    await until(() => reason !== '');
    expect(reason).toBe('1008 a msgid of 257 bytes, the most are 256');
  });

  test('is told why in whatever characters it speaks, and the process goes on', async () => {
    const { peer, log } = await socketPair();
    const closed = new Promise((resolve) => peer.on('close', resolve));
    peer.send(JSON.stringify({ type: '€'.repeat(42), data: {} }));
    expect(await closed).toBe(1008);
    await until(() => log.includes('closed'));
    expect(log).toEqual(['violation first_message', 'closed']);
  });
});

describe('a peer that does not read', () => {
  test('is not read from either until it has read everything, whatever its call wants', async () => {
    const { near, peer, log } = await socketPair();
    peer.send(SESSION);
    await until(() => log.length === 1);
    peer.pause();
    near.send(message(8 * MiB), () => {});
    peer.send('{"type":"first","data":{}}');
    await until(() => log.length === 2);
    peer.send('{"type":"second","data":{}}');
    near.pause();
    near.resume();
    await sleep(100);
    expect(log).toEqual(['session call-1', 'first']);
    peer.resume();
    await until(() => log.length === 3);
    expect(log[2]).toBe('second');
  });

  test('from one ping to the next is cut off', async () => {
    const { near, peer, log } = await socketPair();
    peer.send(SESSION);
    await until(() => log.length === 1);
    peer.pause();
    near.send(message(8 * MiB), () => {});
    peer.send('{"type":"first","data":{}}');
    await until(() => log.length === 2);
    near.beat();
    expect(log).toEqual(['session call-1', 'first']);
    near.beat();
    await until(() => log.includes('closed'));
    expect(log.slice(2)).toEqual(['violation unread', 'detach 1006', 'closed']);
  });
});

test('a peer whose connection was cut is gone when all that it had said is read', async () => {
  const { near, stream, peer, peerConnection, log } = await socketPair();
  peer.send('{"type":"session:new","call_sid":"c"}');
  for (let n = 0; n < 300; n++) peer.send('{"type":"verb:status"}');
  // All of it is written by then.
  await new Promise<void>((resolve) => peer.send('{"type":"call:status"}', () => resolve()));
  peerConnection.end();
  await once(stream, 'close');
  expect(log).not.toContain('call:status');
  const gone = await new Promise((resolve) => near.probe(5_000, resolve));
  expect(gone).toBe(true);
  expect(log.slice(-3)).toEqual(['call:status', 'detach 1006', 'closed']);
});
