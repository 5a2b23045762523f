import { callHarness, FakeSocket, hear, jambonz, liveCall, MUTE, ORIGIN, redirect, SAY, send } from './harness.ts';

describe('the initial application', () => {
  test('a redirect that comes while session:new is open becomes its ack', () => {
    const { call, socket } = callHarness();
    const [hello, bytes] = jambonz('session:new');
    call.attach(socket, 'control', hello, bytes, ORIGIN);
    expect(socket.sent).toEqual([]);
    expect(send(call, redirect())).toMatchObject([{ status: 'delivered' }]);
    expect(socket.sent).toEqual([{ type: 'ack', msgid: hello.msgid, data: SAY }]);
  });

  test('an ack from the bus answers session:new with its verbs', () => {
    const { call, socket } = callHarness();
    const [hello, bytes] = jambonz('session:new');
    call.attach(socket, 'control', hello, bytes, ORIGIN);
    send(call, { type: 'ack', msgid: hello.msgid, data: SAY });
    expect(socket.sent).toEqual([{ type: 'ack', msgid: hello.msgid, data: SAY }]);
  });

  test('an ack without verbs gets the fallback, since jambonz would reject the call', () => {
    const { call, socket } = callHarness();
    const [hello, bytes] = jambonz('session:new');
    call.attach(socket, 'control', hello, bytes, ORIGIN);
    send(call, { type: 'ack', msgid: hello.msgid });
    expect(socket.sent).toEqual([{ type: 'ack', msgid: hello.msgid, data: [{ verb: 'pause', length: 1 }] }]);
  });

  test('the fallback answers when nobody did by the deadline, and a later redirect goes as a command', () => {
    const { call, socket, queues } = callHarness();
    const [hello, bytes] = jambonz('session:new');
    call.attach(socket, 'control', hello, bytes, ORIGIN);
    queues.applicationDeadlines.expireAll();
    send(call, redirect());
    queues.lifeDeadlines.expireAll();
    expect(socket.sent.map(({ type, command }) => command ?? type)).toEqual(['ack', 'redirect']);
  });

  test('turns verb:status on in front of the application', () => {
    const { call, socket } = callHarness({ notifyEvents: true });
    const [hello, bytes] = jambonz('session:new');
    call.attach(socket, 'control', hello, bytes, ORIGIN);
    send(call, redirect());
    expect(socket.sent[0]?.data).toEqual([{ verb: 'config', notifyEvents: true }, ...SAY]);
  });

  test('any other command first gives the call an application, so that somebody is there to take it', () => {
    const harness = callHarness();
    const [hello, bytes] = jambonz('session:new');
    harness.call.attach(harness.socket, 'control', hello, bytes, ORIGIN);
    const outcomes = send(harness.call, { type: 'command', command: 'redirect', data: [] });
    expect(harness.socket.sent.map(({ type, data }) => [type, data])).toEqual([
      ['ack', [{ verb: 'pause', length: 1 }]],
    ]);
    hear(harness, 'call:status', { call_status: 'trying' });
    expect(harness.socket.sent.slice(1).map(({ type, data }) => [type, data])).toEqual([['command', []]]);
    expect(outcomes).toMatchObject([{ status: 'delivered' }]);
  });

  test('commands after the application wait for a sign of the session, since jambonz hears none before it', () => {
    const harness = callHarness();
    const [hello, bytes] = jambonz('session:new');
    harness.call.attach(harness.socket, 'control', hello, bytes, ORIGIN);
    send(harness.call, redirect());
    const outcomes = send(harness.call, MUTE);
    expect(harness.socket.sent.map(({ type }) => type)).toEqual(['ack']);
    hear(harness, 'call:status', { call_status: 'trying' });
    expect(harness.socket.sent.map(({ type }) => type)).toEqual(['ack', 'command']);
    expect(outcomes).toMatchObject([{ status: 'delivered' }]);
  });

  test('a session that gives no sign does not hold commands for ever', () => {
    const { call, socket, queues } = callHarness();
    const [hello, bytes] = jambonz('session:new');
    call.attach(socket, 'control', hello, bytes, ORIGIN);
    send(call, redirect());
    send(call, MUTE);
    queues.lifeDeadlines.expireAll();
    expect(socket.sent.map(({ type }) => type)).toEqual(['ack', 'command']);
  });
});

describe('hooks', () => {
  test('an immediate hook is answered at once, and the answer from the bus goes as a redirect instead of being lost', () => {
    const harness = liveCall();
    const msgid = hear(harness, 'verb:hook', {}, { hook: '/menu' });
    expect(send(harness.call, { type: 'ack', msgid, data: SAY })).toMatchObject([{ status: 'delivered' }]);
    expect(harness.socket.sent).toEqual([
      { type: 'ack', msgid },
      { type: 'command', command: 'redirect', data: SAY },
    ]);
  });

  test('an awaited hook waits for the bus', () => {
    const harness = liveCall({ hookMode: (hook) => (hook === '/menu' ? 'await' : 'immediate') });
    const msgid = hear(harness, 'verb:hook', {}, { hook: '/menu' });
    expect(harness.socket.sent).toEqual([]);
    send(harness.call, { type: 'ack', msgid, data: SAY });
    expect(harness.socket.sent).toEqual([{ type: 'ack', msgid, data: SAY }]);
  });

  test('an awaited hook that nobody answers is released at its deadline, and answered late by a redirect', () => {
    const harness = liveCall({ hookMode: () => 'await' });
    const msgid = hear(harness, 'verb:hook', {}, { hook: '/menu' });
    harness.queues.hookDeadlines.expireAll();
    send(harness.call, { type: 'ack', msgid, data: SAY });
    expect(harness.socket.sent).toEqual([
      { type: 'ack', msgid },
      { type: 'command', command: 'redirect', data: SAY },
    ]);
  });

  test('a hook that only notifies is released at once even where hooks are awaited', () => {
    const harness = liveCall({ hookMode: () => 'await' });
    const msgid = hear(harness, 'verb:hook', { event: 'join' }, { hook: '/conference' });
    expect(harness.socket.sent).toEqual([{ type: 'ack', msgid }]);
  });

  test('hooks in flight when the socket drops are abandoned: the answer goes as a redirect on the next socket', () => {
    const harness = liveCall({ hookMode: () => 'await' });
    const msgid = hear(harness, 'verb:hook', {}, { hook: '/menu' });
    harness.call.detach(harness.socket, 1006);
    const next = new FakeSocket();
    const [again, bytes] = jambonz('session:reconnect');
    harness.call.nextEpoch();
    harness.call.attach(next, 'control', again, bytes, ORIGIN);
    send(harness.call, { type: 'ack', msgid, data: SAY });
    expect(next.sent.map(({ type, command }) => command ?? type)).toEqual(['ack', 'redirect']);
  });
});

describe('a peer that asks more than jambonz does', () => {
  const asking = () => liveCall({ hookMode: () => 'await' });

  test('has 64 questions open, and an answer at once to each one beyond them', () => {
    const harness = asking();
    for (let n = 0; n < 70; n++) hear(harness, 'verb:hook', {}, { msgid: `question ${n}` });
    expect(harness.socket.sent.map(({ msgid }) => msgid)).toEqual([64, 65, 66, 67, 68, 69].map((n) => `question ${n}`));
    expect(harness.queues.hookDeadlines.waiting.size).toBe(64);
  });

  test('has one deadline for an id that it uses again and again', () => {
    const harness = asking();
    for (let n = 0; n < 10; n++) hear(harness, 'verb:hook', {}, { msgid: 'the same' });
    expect(harness.queues.hookDeadlines.waiting.size).toBe(1);
    harness.queues.hookDeadlines.expireAll();
    expect(harness.socket.sent.map(({ msgid }) => msgid)).toEqual(['the same']);
  });
});
