import { callHarness, FakeSocket, hear, jambonz, liveCall, MUTE, redirect, send } from './harness.ts';

describe('one effect', () => {
  test('a redelivered record has no second effect and the same outcome', () => {
    const { call, socket } = liveCall();
    send(call, MUTE, { id: 'x', position: '1/5' });
    expect(send(call, MUTE, { id: 'x', position: '1/5' })).toEqual([{ status: 'delivered' }]);
    expect(socket.sent).toHaveLength(1);
  });

  test('a second record with the same id is a duplicate', () => {
    const { call, socket } = liveCall();
    send(call, MUTE, { id: 'x', position: '1/5' });
    expect(send(call, MUTE, { id: 'x', position: '1/6' })).toMatchObject([{ status: 'rejected', code: 'duplicate' }]);
    expect(socket.sent).toHaveLength(1);
  });

  test('a second record is a duplicate while the first still waits for the websocket', () => {
    const { call, socket } = liveCall();
    call.detach(socket, 1006);
    send(call, MUTE, { id: 'x', position: '1/5' });
    expect(send(call, MUTE, { id: 'x', position: '1/6' })).toMatchObject([{ code: 'duplicate' }]);
  });

  test('a record that waits and is redelivered is written once, and the one who asked last hears of it', () => {
    const { call, socket } = liveCall();
    call.detach(socket, 1006);
    const first = send(call, MUTE, { id: 'x', position: '1/5' });
    const second = send(call, MUTE, { id: 'x', position: '1/5' });
    const next = new FakeSocket();
    const [again, bytes] = jambonz('session:reconnect');
    call.attach(next, again, bytes);
    expect(next.sent.filter(({ command }) => command === 'mute:status')).toHaveLength(1);
    expect([first, second]).toEqual([[], [{ status: 'delivered' }]]);
  });

  test('a refused command leaves its id free', () => {
    const { call } = liveCall();
    send(call, MUTE, { id: 'x', position: '1/5', ifsequence: 99 });
    expect(send(call, MUTE, { id: 'x', position: '1/6' })).toEqual([{ status: 'delivered' }]);
  });

  test('remembers as many ids as it was told to, and still those that wait', () => {
    const { call, socket } = liveCall();
    call.detach(socket, 1006);
    send(call, MUTE, { id: 'waiting', position: '1/1' });
    for (let i = 0; i < 40; i++) send(call, MUTE, { id: `other-${i}`, position: `2/${i}` });
    expect(send(call, MUTE, { id: 'waiting', position: '9/9' })).toMatchObject([{ code: 'duplicate' }]);
  });
});

describe('in time and in order', () => {
  test('an expired command never reaches the websocket', () => {
    const { call, socket } = liveCall();
    expect(send(call, MUTE, { expires: Date.now() - 1 })).toMatchObject([{ status: 'rejected', code: 'expired' }]);
    expect(socket.sent).toEqual([]);
  });

  test('a command that expires while it waits for the websocket is refused when its time is up', () => {
    const { call, socket } = liveCall();
    call.detach(socket, 1006);
    const outcomes = send(call, MUTE, { expires: Date.now() + 50 });
    call.expireHeld(Date.now() + 51);
    expect(outcomes).toMatchObject([{ code: 'expired' }]);
    expect(call.heldCommands).toBe(0);
  });

  test('a command that expired while it waited is refused even when the websocket is back before anybody looked', () => {
    const { call, socket } = liveCall();
    call.detach(socket, 1006);
    const outcomes = send(call, MUTE, { expires: Date.now() });
    const next = new FakeSocket();
    const [again, bytes] = jambonz('session:reconnect');
    call.attach(next, again, bytes);
    expect(outcomes).toMatchObject([{ code: 'expired' }]);
    expect(next.sent.map(({ type }) => type)).toEqual(['ack']);
  });

  test('commands that waited are written in the order they came, after the ack of the reconnect', () => {
    const { call, socket } = liveCall();
    call.detach(socket, 1006);
    for (const text of ['one', 'two', 'three']) send(call, redirect([{ verb: 'say', text }]));
    const next = new FakeSocket();
    const [again, bytes] = jambonz('session:reconnect');
    call.attach(next, again, bytes);
    expect(next.sent.map(({ data }) => (data as [{ text?: string }])[0].text)).toEqual([
      undefined,
      'one',
      'two',
      'three',
    ]);
  });

  test('a command whose write fails waits for the next websocket instead of being lost', () => {
    const { call, socket } = liveCall();
    socket.failWrites = true;
    const outcomes = send(call, MUTE);
    expect(outcomes).toEqual([]);
    call.detach(socket, 1006);
    const next = new FakeSocket();
    const [again, bytes] = jambonz('session:reconnect');
    call.attach(next, again, bytes);
    expect(next.sent.at(-1)?.command).toBe('mute:status');
    expect(outcomes).toEqual([{ status: 'delivered' }]);
  });

  test('a websocket that does not take what was written gets no more until it does', () => {
    const { call, socket } = liveCall();
    socket.bufferedBytes = 1024 * 1024;
    const outcomes = send(call, MUTE);
    expect(outcomes).toEqual([]);
    socket.bufferedBytes = 0;
    send(call, redirect());
    expect(socket.sent).toEqual([]);
  });
});

describe('preconditions and size', () => {
  test('ifverbid delivers only between the start and the end of the verb', () => {
    const harness = liveCall();
    const outcome = () => send(harness.call, MUTE, { ifverbid: 'greet' })[0]?.code ?? 'delivered';
    const before = outcome();
    hear(harness, 'verb:status', { event: 'starting', id: 'greet', name: 'say' });
    const during = outcome();
    hear(harness, 'verb:status', { event: 'finished', id: 'greet', name: 'say' });
    expect([before, during, outcome()]).toEqual(['precondition_failed', 'delivered', 'precondition_failed']);
  });

  test('ifsequence delivers only while nothing has happened since', () => {
    const harness = liveCall();
    hear(harness, 'verb:status', { event: 'starting', id: 'greet', name: 'say' });
    expect(send(harness.call, MUTE, { ifsequence: 2 })).toMatchObject([{ code: 'precondition_failed' }]);
    expect(send(harness.call, MUTE, { ifsequence: 3 })).toEqual([{ status: 'delivered' }]);
  });

  test('a message over the limit of jambonz is refused, since it would kill the call', () => {
    const { call, socket } = liveCall();
    const outcomes = send(call, redirect([{ verb: 'say', text: 'x'.repeat(25_000) }]));
    expect(outcomes).toMatchObject([{ status: 'rejected', code: 'too_large' }]);
    expect(socket.sent).toEqual([]);
  });

  test('what counts for the limit is the message as it is written, with all that is put around it', () => {
    const { call, socket } = callHarness({ notifyEvents: true });
    const [hello, bytes] = jambonz('session:new');
    call.attach(socket, hello, bytes);
    const bare = JSON.stringify({ type: 'ack', msgid: hello.msgid, data: [{ verb: 'say', text: '' }] }).length;
    const outcomes = send(call, redirect([{ verb: 'say', text: 'x'.repeat(24_576 - bare) }]));
    expect(outcomes).toMatchObject([{ code: 'too_large' }]);
    expect(socket.sent).toEqual([]);
  });
});

describe('events', () => {
  test('are numbered without gaps across websockets, and carry the bytes jambonz sent', () => {
    const harness = liveCall();
    hear(harness, 'call:status', { call_status: 'in-progress' });
    harness.call.detach(harness.socket, 1006);
    const [again, bytes] = jambonz('session:reconnect');
    harness.call.nextEpoch();
    harness.call.attach(new FakeSocket(), again, bytes);
    expect(harness.events.map(({ type, sequence, epoch }) => [type, sequence, epoch])).toEqual([
      ['session:new', 1, 1],
      ['call:status', 2, 1],
      ['call:status', 3, 1],
      ['session:reconnect', 4, 2],
    ]);
    expect(harness.payloads[3]).toBe(bytes.toString());
  });

  test('verb:status names the command that brought the verb, and says how it goes', () => {
    const harness = liveCall();
    send(harness.call, redirect([{ verb: 'say', text: 'hi', id: 'v1' }]), { id: 'cmd' });
    hear(harness, 'verb:status', { event: 'starting', id: 'v1', name: 'say' });
    hear(harness, 'verb:status', { event: 'start-playback', id: 'v1', verb: 'say' });
    hear(harness, 'jambonz:error', { msg: 'TTS error', details: 'no credentials', verb: 'say', id: 'v1' });
    hear(harness, 'verb:status', { id: 'v1', verb: 'say', status: 'end' });
    expect(harness.events.slice(2).map(({ causation, result }) => [causation, result?.status])).toEqual([
      ['cmd', 'started'],
      ['cmd', undefined],
      ['cmd', 'failed'],
      ['cmd', 'finished'],
    ]);
  });

  test('the status of another leg does not end the call', () => {
    const harness = liveCall();
    hear(harness, 'call:status', { call_sid: 'b-leg', direction: 'outbound', call_status: 'completed' });
    expect(send(harness.call, MUTE)).toEqual([{ status: 'delivered' }]);
  });
});

describe('the end of a call', () => {
  test('commands after the terminal status are refused with call_ended, and so are those that waited', () => {
    const harness = liveCall();
    harness.socket.bufferedBytes = 1024 * 1024;
    const waiting = send(harness.call, MUTE);
    hear(harness, 'call:status', { call_sid: 'call-1', call_status: 'completed' });
    expect(waiting).toMatchObject([{ code: 'call_ended' }]);
    expect(send(harness.call, MUTE)).toMatchObject([{ code: 'call_ended' }]);
    harness.call.detach(harness.socket, 1000);
    expect(harness.ends).toEqual(['ended']);
  });

  test('a late close of a socket that was replaced does not touch the call', () => {
    const harness = liveCall();
    const next = new FakeSocket();
    const [again, bytes] = jambonz('session:reconnect');
    harness.call.attach(next, again, bytes);
    expect(harness.socket.closedWith).toBe(1006);
    harness.call.detach(harness.socket, 1000);
    expect(harness.ends).toEqual([]);
    expect(send(harness.call, MUTE)).toEqual([{ status: 'delivered' }]);
  });

  test('a call that does not come back counts as lost, with an event that says so', () => {
    const harness = liveCall();
    harness.call.detach(harness.socket, 1006);
    harness.queues.graceDeadlines.expireAll();
    expect(harness.events.at(-1)?.type).toBe('jambus:lost');
    expect(harness.ends).toEqual(['lost']);
  });

  test.each([
    ['was answered', 'in-progress', 'completed'],
    ['was not answered', 'trying', 'no-answer'],
  ])(
    'a call that nobody has sent anything and that %s is ended, with an event that says so',
    (_how, status, command) => {
      const harness = callHarness();
      const [hello, bytes] = jambonz('session:new');
      harness.call.attach(harness.socket, hello, bytes);
      harness.queues.applicationDeadlines.expireAll();
      hear(harness, 'call:status', { call_status: status });
      harness.queues.claimDeadlines.expireAll();
      expect(harness.events.at(-1)?.type).toBe('jambus:unclaimed');
      expect(harness.socket.sent.at(-1)).toMatchObject({ command: 'call:status', data: { call_status: command } });
    },
  );

  test('a call that was sent something is not unclaimed', () => {
    const { socket, queues } = liveCall();
    queues.claimDeadlines.expireAll();
    expect(socket.sent).toEqual([]);
  });
});

describe('moving to another gateway', () => {
  test('answers what is open, gives waiting commands back and closes with 1012', () => {
    const harness = callHarness();
    const [hello, bytes] = jambonz('session:new');
    harness.call.attach(harness.socket, hello, bytes);
    harness.call.move();
    expect(harness.socket.sent.map(({ type }) => type)).toEqual(['ack']);
    expect(harness.socket.closedWith).toBe(1012);
    expect(send(harness.call, MUTE)).toEqual([{ status: 'returned' }]);
    harness.call.detach(harness.socket, 1012);
    expect(harness.ends).toEqual(['moved']);
  });

  test('the next gateway goes on with epoch, sequence and the ids already used', () => {
    const old = liveCall();
    send(old.call, MUTE, { id: 'x', position: '1/5' });
    const memory = old.call.memory();

    const { call, socket, events } = callHarness();
    const [again, bytes] = jambonz('session:reconnect');
    call.awaitPast(2);
    call.attach(socket, again, bytes);
    expect(socket.sent.map(({ type }) => type)).toEqual(['ack']);
    expect(events).toEqual([]);
    const early = send(call, MUTE, { id: 'y', position: '1/7' });
    call.past(0, 0, undefined);
    call.past(3, 41, memory);
    expect(events.map(({ epoch, sequence }) => [epoch, sequence])).toEqual([[4, 42]]);
    expect(early).toEqual([{ status: 'delivered' }]);
    expect(send(call, MUTE, { id: 'x', position: '1/5' })).toEqual([{ status: 'delivered' }]);
    expect(send(call, MUTE, { id: 'x', position: '1/6' })).toMatchObject([{ code: 'duplicate' }]);
    expect(socket.sent.filter(({ command }) => command === 'mute:status')).toHaveLength(1);
  });

  test('a call whose past nobody tells goes on without it', () => {
    const { call, socket, events, queues } = callHarness();
    const [again, bytes] = jambonz('session:reconnect');
    call.awaitPast(1);
    call.attach(socket, again, bytes);
    queues.resumeDeadlines.expireAll();
    expect(events.map(({ epoch, sequence }) => [epoch, sequence])).toEqual([[2, 1]]);
  });
});
