import {
  ask,
  at,
  CONTENDER,
  callHarness,
  commandsOn,
  drop,
  hear,
  jambonz,
  known,
  liveCall,
  MUTE,
  ORIGIN,
  reconnect,
  redirect,
  resumedCall,
  resumedWith,
  send,
} from './harness.ts';

describe('a call that comes from another gateway', () => {
  test('goes on with epoch, sequence and the ids already used', () => {
    const old = liveCall();
    send(old.call, MUTE, { id: 'x', position: at(5) });
    const { call, socket, events } = resumedWith(old.call.memory(), { epoch: 3, sequence: 41 });
    expect(events.map(({ epoch, sequence, reset }) => [epoch, sequence, reset])).toEqual([[4, 42, undefined]]);
    expect(send(call, MUTE, { id: 'x', position: at(6) })).toMatchObject([{ code: 'duplicate' }]);
    expect(commandsOn(socket)).toEqual([]);
  });

  test('goes on with the runs of its verbs: what ends there is credited to the command that brought it', () => {
    const old = liveCall();
    send(old.call, redirect([{ verb: 'say', text: 'hi', id: 'v1' }]), { id: 'cmd' });
    hear(old, 'verb:status', { event: 'starting', id: 'v1', name: 'say' });
    const next = resumedWith(old.call.memory());
    expect(send(next.call, MUTE, { ifverbid: 'v1' })).toMatchObject([{ status: 'delivered' }]);
    hear(next, 'verb:status', { event: 'finished', id: 'v1', name: 'say' });
    expect(next.events.at(-1)).toMatchObject({ result: { command: 'cmd', status: 'finished' } });
  });

  test('keeps its messages until they can be numbered, websocket by websocket', () => {
    const harness = resumedCall();
    hear(harness, 'call:status', { call_status: 'in-progress' });
    drop(harness, harness.socket);
    reconnect(harness);
    expect(harness.events).toEqual([]);
    expect(harness.kept.bytes).toBeGreaterThan(0);
    harness.call.past?.hear('one', known());
    harness.call.past?.hear('two', known({ epoch: 2, sequence: 10, certain: true }));
    expect(harness.events.map(({ type, epoch, sequence }) => [type, epoch, sequence])).toEqual([
      ['session:reconnect', 3, 11],
      ['call:status', 3, 12],
      ['session:reconnect', 4, 13],
    ]);
    expect([harness.kept.bytes, harness.call.epoch]).toEqual([0, 4]);
  });

  test('has its question answered at once, since jambonz does not wait', () => {
    const { socket } = resumedCall();
    expect(socket.sent.map(({ type }) => type)).toEqual(['ack']);
  });

  test('has its commands decided only when it is known which of them were decided before', () => {
    const old = liveCall();
    const first = send(old.call, MUTE, { id: 'x', position: at(5) });
    const { call, socket } = resumedCall();
    const again = ask(call, MUTE, { id: 'x', position: at(5) });
    const fresh = ask(call, redirect(), { id: 'y', position: at(6) });
    call.expireHeld(Number.POSITIVE_INFINITY);
    expect([again.outcomes, fresh.outcomes, again.holds]).toEqual([[], [], 1]);
    call.past?.hear('one', known());
    call.past?.hear('two', known({ epoch: 1, sequence: 9, certain: true, memory: old.call.memory() }));
    expect(again.outcomes).toEqual(first);
    expect(fresh.outcomes).toMatchObject([{ status: 'delivered' }]);
    expect(commandsOn(socket)).toEqual(['redirect']);
  });

  test('puts together what several adapters know, when the former gateway died', () => {
    const memory = (offset: number, id: string) => ({
      decided: [{ log: 'log/0', offset, verdict: { status: 'delivered' as const, at: 1 } }],
      ids: [id],
      runs: [],
      claimed: true,
      live: true,
      hooks: [],
      questions: [],
    });
    const { call, events } = resumedCall();
    call.past?.hear('one', known({ epoch: 2, sequence: 30, since: 7, memory: memory(8, 'a') }));
    call.past?.hear('two', known({ epoch: 1, sequence: 12, since: 5, certain: true, memory: memory(3, 'b') }));
    expect(events[0]).toMatchObject({ epoch: 3, sequence: 31 });
    expect(call.since).toBe(5);
    expect(send(call, MUTE, { position: at(7) })).toEqual([{ status: 'past' }]);
    expect(send(call, MUTE, { position: at(8) })).toEqual([{ status: 'delivered', at: 1 }]);
    expect(send(call, MUTE, { id: 'a', position: at(9) })).toMatchObject([{ code: 'duplicate' }]);
    expect(send(call, MUTE, { id: 'b', position: at(10) })).toMatchObject([{ code: 'duplicate' }]);
  });

  test('says so in its next event, and only there, when nobody knows its numbers', () => {
    const harness = resumedCall();
    harness.queues.pastDeadlines.expireAll();
    hear(harness, 'call:status', { call_status: 'in-progress' });
    expect(harness.events.map(({ epoch, sequence, reset }) => [epoch, sequence, reset])).toEqual([
      [2, 1, true],
      [2, 2, undefined],
    ]);
  });

  test('waits with its numbers as long as no adapter is linked', () => {
    const harness = callHarness();
    harness.call.searchPast({ contender: CONTENDER, allMayBeLinked: () => true, recall: () => undefined });
    harness.call.attach(harness.socket, 'control', ...jambonz('session:reconnect'), ORIGIN);
    harness.queues.pastDeadlines.expireAll();
    harness.queues.pastDeadlines.expireAll();
    expect(harness.events).toEqual([]);
    harness.call.past?.expect('one');
    harness.call.past?.hear('one', known({ epoch: 1, sequence: 4, certain: true }));
    expect(harness.events.map(({ sequence }) => sequence)).toEqual([5]);
  });

  test('says so, too, when the adapter that looked at the bus has found nothing there', () => {
    const harness = resumedCall({ recall: () => 'one' });
    for (const adapter of ['one', 'two']) harness.call.past?.hear(adapter, known());
    expect(harness.events).toEqual([]);
    harness.call.past?.hear('one', known());
    expect(harness.events).toMatchObject([{ epoch: 2, sequence: 1, reset: true }]);
  });
});

describe('messages that are kept until the past is known', () => {
  const MOST_KEPT = 256;

  function fullCall() {
    const harness = resumedCall();
    for (let n = 1; n < MOST_KEPT; n++) hear(harness, 'verb:status', { id: 'v', event: 'playing' });
    return harness;
  }

  test('are bounded: the call is not read from until its past is known', () => {
    const harness = fullCall();
    expect(harness.socket.paused).toBe(true);
    harness.call.resume();
    expect(harness.socket.paused).toBe(true);
    harness.queues.pastDeadlines.expireAll();
    expect([harness.socket.paused, harness.events.length]).toEqual([false, MOST_KEPT]);
  });

  test('are bounded on the next websocket of the call, too', () => {
    const harness = fullCall();
    expect(reconnect(harness).paused).toBe(true);
  });

  test('do not start the reading that was stopped because the bus does not keep up', () => {
    const harness = fullCall();
    harness.call.pause();
    harness.queues.pastDeadlines.expireAll();
    expect(harness.socket.paused).toBe(true);
    harness.call.resume();
    expect(harness.socket.paused).toBe(false);
  });
});

describe('a call whose past is not known yet', () => {
  test('that moves on gives its commands back undecided, as they may have been decided before', () => {
    const harness = resumedCall();
    const asked = ask(harness.call, MUTE);
    harness.call.move();
    expect(asked.outcomes).toEqual([{ status: 'returned' }]);
    expect(commandsOn(harness.socket)).toEqual([]);
  });

  test('that shows up elsewhere has no effect here any more, and gives its commands back', () => {
    const harness = resumedCall();
    const asked = ask(harness.call, MUTE);
    harness.call.goneElsewhere('one');
    expect(asked.outcomes).toEqual([{ status: 'returned' }]);
    expect([commandsOn(harness.socket), harness.ends]).toEqual([[], ['moved']]);
  });

  test('and that ends keeps its last messages and its commands until they can be numbered and judged', () => {
    const harness = resumedCall();
    const waiting = send(harness.call, MUTE);
    hear(harness, 'call:status', { call_status: 'completed' });
    harness.call.detach(harness.socket, 1000);
    expect([harness.ends, waiting]).toEqual([[], []]);
    harness.queues.pastDeadlines.expireAll();
    expect(harness.reports.slice(0, 2)).toEqual(['session:reconnect', 'call:status']);
    expect(waiting).toMatchObject([{ code: 'call_ended', at: harness.call.endedAt }]);
    expect(harness.ends).toEqual(['ended']);
  });

  test('and that ends refuses nothing before: what was delivered at the former gateway stays delivered', () => {
    const old = liveCall();
    const first = send(old.call, MUTE, { position: at(5) });
    const harness = resumedCall();
    hear(harness, 'call:status', { call_status: 'completed' });
    const again = send(harness.call, MUTE, { position: at(5), expires: Date.now() - 1, overdue: true });
    const late = send(harness.call, MUTE, { position: at(6) });
    expect([again, late]).toEqual([[], []]);
    harness.call.past?.hear('one', known());
    harness.call.past?.hear('two', known({ epoch: 1, sequence: 9, certain: true, memory: old.call.memory() }));
    expect(again).toEqual(first);
    expect(late).toMatchObject([{ code: 'call_ended' }]);
  });

  test('and whose websocket was closed for good is over at that time, and takes no other websocket', () => {
    const harness = resumedCall();
    harness.call.detach(harness.socket, 1000);
    harness.queues.handOverDeadlines.expireAll();
    expect(harness.call.ended).toBe(true);
    const endedAt = harness.call.endedAt;
    const waiting = send(harness.call, MUTE);
    harness.queues.pastDeadlines.expireAll();
    expect(waiting).toMatchObject([{ code: 'call_ended', at: endedAt }]);
  });

  test('and that ends and is to move leaves once', () => {
    const harness = resumedCall();
    harness.call.detach(harness.socket, 1000);
    harness.queues.handOverDeadlines.expireAll();
    harness.call.move();
    expect(harness.ends).toEqual(['ended']);
  });

  test('is lost when it does not come back, with an event that says so, behind what was kept', () => {
    const harness = resumedCall();
    drop(harness, harness.socket);
    harness.queues.graceDeadlines.expireAll();
    expect(harness.ends).toEqual([]);
    harness.queues.pastDeadlines.expireAll();
    expect(harness.reports).toEqual(['session:reconnect', 'jambus:lost']);
    expect(harness.ends).toEqual(['lost']);
  });
});
