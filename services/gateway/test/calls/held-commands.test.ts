import {
  ask,
  at,
  commandsOn,
  drop,
  FakeSocket,
  jambonz,
  liveCall,
  MUTE,
  ORIGIN,
  reconnect,
  redirect,
  resumedWith,
  send,
} from './harness.ts';

describe('a command that waits and comes again', () => {
  test('is written once: the first asker gets it back, the last one hears of it, and nobody is left', () => {
    const harness = liveCall();
    drop(harness, harness.socket);
    const asked = ['adapter', 'adapter', 'another'].map(() => ask(harness.call, MUTE, { id: 'x', position: at(5) }));
    const next = reconnect(harness);
    expect(commandsOn(next)).toEqual(['mute:status']);
    expect(asked.map(({ outcomes }) => outcomes)).toMatchObject([
      [{ status: 'returned' }],
      [{ status: 'returned' }],
      [{ status: 'delivered' }],
    ]);
    expect(harness.call.heldCommands).toBe(0);
  });

  test('keeps its place in the order', () => {
    const harness = liveCall();
    drop(harness, harness.socket);
    const say = (text: string) => redirect([{ verb: 'say', text }]);
    for (const offset of [5, 6, 7, 5, 6]) send(harness.call, say(`at ${offset}`), { position: at(offset) });
    const next = reconnect(harness);
    expect(next.sent.slice(1).map(({ data }) => data)).toMatchObject([
      [{ text: 'at 5' }],
      [{ text: 'at 6' }],
      [{ text: 'at 7' }],
    ]);
  });

  test('goes back to its adapter at once when it is withdrawn, and those behind it go on', () => {
    const harness = liveCall();
    harness.socket.bufferedBytes = 1024 * 1024;
    const [taken, behind] = [ask(harness.call, MUTE), ask(harness.call, redirect())];
    harness.socket.bufferedBytes = 0;
    harness.call.withdraw(taken.command);
    expect(taken.outcomes).toEqual([{ status: 'returned' }]);
    expect(behind.outcomes).toMatchObject([{ status: 'delivered' }]);
    expect(commandsOn(harness.socket)).toEqual(['redirect']);
  });

  test('tells its adapter that it waits, so that it gives its slot back', () => {
    const harness = liveCall();
    const atOnce = ask(harness.call, MUTE);
    drop(harness, harness.socket);
    const waiting = ask(harness.call, MUTE);
    expect([atOnce.holds, waiting.holds]).toEqual([0, 1]);
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
    call.attach(next, 'control', again, bytes, ORIGIN);
    expect(outcomes).toMatchObject([{ code: 'expired' }]);
    expect(next.sent.map(({ type }) => type)).toEqual(['ack']);
  });

  test('commands that waited are written in the order they came, after the ack of the reconnect', () => {
    const { call, socket } = liveCall();
    call.detach(socket, 1006);
    for (const text of ['one', 'two', 'three']) send(call, redirect([{ verb: 'say', text }]));
    const next = new FakeSocket();
    const [again, bytes] = jambonz('session:reconnect');
    call.attach(next, 'control', again, bytes, ORIGIN);
    expect(next.sent.map(({ data }) => (data as [{ text?: string }])[0].text)).toEqual([
      undefined,
      'one',
      'two',
      'three',
    ]);
  });

  test('a command whose write fails waits for the next websocket instead of being lost', () => {
    const harness = liveCall();
    harness.socket.writes = 'closed';
    const outcomes = send(harness.call, MUTE);
    expect(outcomes).toEqual([]);
    drop(harness, harness.socket);
    const next = reconnect(harness);
    expect(next.sent.at(-1)?.command).toBe('mute:status');
    expect(outcomes).toMatchObject([{ status: 'delivered' }]);
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

describe('a command whose time is over while another one waits in front of it', () => {
  /** A call that is away, with a patient command that waits for it. */
  function callWithPatientCommand() {
    const harness = liveCall();
    drop(harness, harness.socket);
    const patient = ask(harness.call, redirect(), { id: 'patient', position: at(1) });
    return { harness, patient };
  }

  test('is refused at once, and the one in front is delivered when the websocket is back', () => {
    const { harness, patient } = callWithPatientCommand();
    const expires = Date.now() - 1;
    const late = send(harness.call, MUTE, { position: at(2), expires, overdue: true });
    expect(late).toMatchObject([{ code: 'expired', at: expires }]);
    expect(patient.outcomes).toEqual([]);
    const next = reconnect(harness);
    expect(patient.outcomes).toMatchObject([{ status: 'delivered' }]);
    expect(commandsOn(next)).toEqual(['redirect']);
  });

  test('does not move the mark past the one in front: a gateway that takes over still delivers that one', () => {
    const { harness } = callWithPatientCommand();
    const record = { position: at(2), expires: Date.now() - 1, overdue: true } as const;
    const [late] = send(harness.call, MUTE, record);
    expect(harness.verdicts.at(-1)?.decided).not.toBe(at(2));
    harness.call.move();
    const next = resumedWith(harness.call.memory());
    expect(send(next.call, redirect(), { id: 'patient', position: at(1) })).toMatchObject([{ status: 'delivered' }]);
    expect(send(next.call, MUTE, record)).toEqual([late]);
  });

  test('is refused within a sweep when it waits here itself, and the one in front stays', () => {
    const { harness, patient } = callWithPatientCommand();
    const late = send(harness.call, MUTE, { position: at(2), expires: Date.now() + 50 });
    harness.call.expireHeld(Date.now() + 51);
    expect(late).toMatchObject([{ code: 'expired' }]);
    expect([patient.outcomes, harness.call.heldCommands]).toEqual([[], 1]);
    harness.call.move();
    const next = resumedWith(harness.call.memory());
    expect(send(next.call, redirect(), { id: 'patient', position: at(1) })).toMatchObject([{ status: 'delivered' }]);
  });
});
