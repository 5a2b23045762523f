import {
  ask,
  at,
  busHasResults,
  commandsOn,
  drop,
  FakeSocket,
  hear,
  liveCall,
  MUTE,
  reconnect,
  redirect,
  resumedWith,
  send,
} from './harness.ts';

/*
 * A slow peer: the operating system does not take a message whole, so for some time nobody knows whether it will arrive.
 */

const say = (text: string) => redirect([{ verb: 'say', text, id: text }]);

function slowCall() {
  const harness = liveCall();
  harness.socket.writes = 'buffered';
  return harness;
}

const texts = (sent: readonly { readonly command?: string; readonly data?: unknown }[]) =>
  sent.filter(({ command }) => command === 'redirect').map(({ data }) => (data as [{ text: string }])[0].text);

test('a command is delivered when the operating system has all of it, and not before', () => {
  const { call, socket } = slowCall();
  const outcomes = send(call, MUTE);
  expect(outcomes).toEqual([]);
  socket.take();
  expect(outcomes).toMatchObject([{ status: 'delivered' }]);
});

test('commands that the connection was cut under reach the next websocket once each, in the order they came', () => {
  const harness = slowCall();
  const asked = ['one', 'two', 'three'].map((text) => ask(harness.call, say(text)));
  drop(harness, harness.socket);
  expect(asked.map(({ outcomes }) => outcomes)).toEqual([[], [], []]);
  const next = reconnect(harness);
  expect(texts(next.sent)).toEqual(['one', 'two', 'three']);
  expect(asked.map(({ outcomes }) => outcomes)).toMatchObject(asked.map(() => [{ status: 'delivered' }]));
});

test('those that were cut go before those that came while the websocket was away', () => {
  const harness = slowCall();
  for (const text of ['one', 'two']) send(harness.call, say(text));
  drop(harness, harness.socket);
  send(harness.call, say('three'));
  expect(texts(reconnect(harness).sent)).toEqual(['one', 'two', 'three']);
});

test('a command that was cut and then expires is refused, and gives way to those behind it', () => {
  const harness = slowCall();
  const expires = Date.now() + 50;
  const outcomes = send(harness.call, say('one'), { expires });
  send(harness.call, say('two'));
  drop(harness, harness.socket);
  harness.call.expireHeld(expires);
  expect(outcomes).toMatchObject([{ code: 'expired', at: expires }]);
  expect(texts(reconnect(harness).sent)).toEqual(['two']);
});

test('a record that is read again while its message is being written goes back to be asked for later', () => {
  const harness = slowCall();
  const { call, socket } = harness;
  const first = send(call, MUTE, { position: at(5) });
  expect(send(call, MUTE, { position: at(5) })).toEqual([{ status: 'returned' }]);
  socket.take();
  expect(first).toMatchObject([{ status: 'delivered' }]);
  busHasResults(harness);
  expect(send(call, MUTE, { position: at(5) })).toEqual([{ status: 'past' }]);
  expect(commandsOn(socket)).toEqual(['mute:status']);
});

test('a second record with the id of one that is being written has no effect', () => {
  const { call, socket } = slowCall();
  const first = send(call, MUTE, { id: 'x', position: at(5) });
  const second = send(call, MUTE, { id: 'x', position: at(6) });
  socket.take();
  socket.take();
  expect([first, second]).toMatchObject([[{ status: 'delivered' }], [{ code: 'duplicate' }]]);
  expect(commandsOn(socket)).toEqual(['mute:status']);
});

test('a refusal does not pass a command that is being written: cut and moved, that one is still delivered', () => {
  const harness = slowCall();
  const writing = ask(harness.call, say('one'), { position: at(5) });
  ask(harness.call, MUTE, { position: at(6), ifsequence: 99 });
  drop(harness, harness.socket);
  harness.call.move();
  expect(writing.outcomes).toEqual([{ status: 'returned' }]);
  const next = resumedWith(harness.call.memory());
  expect(send(next.call, say('one'), { position: at(5) })).toMatchObject([{ status: 'delivered' }]);
});

test('an expiry does not pass a command that is being written either', () => {
  const harness = slowCall();
  ask(harness.call, say('one'), { position: at(5) });
  const expires = Date.now() + 50;
  const late = send(harness.call, MUTE, { position: at(6), expires });
  harness.call.expireHeld(expires);
  expect(late).toMatchObject([{ code: 'expired', at: expires }]);
  drop(harness, harness.socket);
  harness.call.move();
  const next = resumedWith(harness.call.memory());
  expect(send(next.call, say('one'), { position: at(5) })).toMatchObject([{ status: 'delivered' }]);
});

test('when the call ends, the command that is being written has its verdict before those behind it', () => {
  const harness = slowCall();
  send(harness.call, say('one'), { id: 'one' });
  send(harness.call, say('two'), { id: 'two' });
  hear(harness, 'call:status', { call_status: 'completed' });
  const late = send(harness.call, say('three'), { id: 'three' });
  drop(harness, harness.socket);
  expect(harness.reports.slice(-3)).toEqual(['one call_ended', 'two call_ended', 'three call_ended']);
  expect(late).toHaveLength(1);
});

test('what waits behind a slow write goes on when jambonz shows that it has arrived', () => {
  const harness = slowCall();
  send(harness.call, say('one'), { id: 'one' });
  const behind = send(harness.call, MUTE);
  hear(harness, 'verb:status', { event: 'starting', id: 'one', name: 'say' });
  harness.socket.writes = 'written';
  harness.socket.take();
  expect(behind).toMatchObject([{ status: 'delivered' }]);
});

describe('the order of results', () => {
  test('delivered comes before started, which comes before finished', () => {
    const harness = liveCall();
    send(harness.call, say('one'), { id: 'cmd' });
    hear(harness, 'verb:status', { event: 'starting', id: 'one', name: 'say' });
    hear(harness, 'verb:status', { event: 'finished', id: 'one', name: 'say' });
    expect(harness.reports.slice(-3)).toEqual(['cmd delivered', 'verb:status started', 'verb:status finished']);
  });

  test('delivered comes before started, too, when jambonz speaks of the verb before the write has ended', () => {
    const harness = slowCall();
    const outcomes = send(harness.call, say('one'), { id: 'cmd' });
    hear(harness, 'verb:status', { event: 'starting', id: 'one', name: 'say' });
    expect(harness.reports.slice(-2)).toEqual(['cmd delivered', 'verb:status started']);
    harness.socket.take();
    expect(outcomes).toHaveLength(1);
  });
});

test('a call that shows up at another gateway gives back what its dead websocket did not take, and holds nothing', () => {
  const harness = slowCall();
  const asked = ask(harness.call, MUTE);
  harness.call.goneElsewhere('one');
  drop(harness, harness.socket);
  expect(asked.outcomes).toEqual([{ status: 'returned' }]);
  expect([harness.call.heldCommands, harness.ends]).toEqual([0, ['moved']]);
});

test('the late end of a write on a websocket that was replaced says nothing about the write on the next one', () => {
  const harness = slowCall();
  const old = harness.socket;
  const outcomes = send(harness.call, MUTE);
  const next = new FakeSocket();
  next.writes = 'buffered';
  reconnect(harness, next);
  old.cut();
  next.take();
  drop(harness, next);
  const last = reconnect(harness);
  expect(commandsOn(old, next, last)).toEqual(['mute:status']);
  expect(outcomes).toMatchObject([{ status: 'delivered' }]);
});
