import { causationOf } from '@jambus/link';
import { callHarness, FakeSocket, hear, jambonz, liveCall, MUTE, ORIGIN, redirect, send } from './harness.ts';

describe('events', () => {
  test('are numbered without gaps across websockets, and carry the bytes jambonz sent', () => {
    const harness = liveCall();
    hear(harness, 'call:status', { call_status: 'in-progress' });
    harness.call.detach(harness.socket, 1006);
    const [again, bytes] = jambonz('session:reconnect');
    harness.call.nextEpoch();
    harness.call.attach(new FakeSocket(), 'control', again, bytes, ORIGIN);
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
    expect(harness.events.slice(2).map((event) => [causationOf(event), event.result?.status])).toEqual([
      ['cmd', 'started'],
      ['cmd', undefined],
      ['cmd', 'failed'],
      ['cmd', 'finished'],
    ]);
  });

  test('the status of another leg does not end the call', () => {
    const harness = liveCall();
    hear(harness, 'call:status', { call_sid: 'b-leg', direction: 'outbound', call_status: 'completed' });
    expect(send(harness.call, MUTE)).toMatchObject([{ status: 'delivered' }]);
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
    harness.call.attach(next, 'control', again, bytes, ORIGIN);
    expect(harness.socket.closedWith).toBe(1006);
    harness.call.detach(harness.socket, 1000);
    expect(harness.ends).toEqual([]);
    expect(send(harness.call, MUTE)).toMatchObject([{ status: 'delivered' }]);
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
      harness.call.attach(harness.socket, 'control', hello, bytes, ORIGIN);
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
    harness.call.attach(harness.socket, 'control', hello, bytes, ORIGIN);
    harness.call.move();
    expect(harness.socket.sent.map(({ type }) => type)).toEqual(['ack']);
    expect(harness.socket.closedWith).toBe(1012);
    expect(send(harness.call, MUTE)).toMatchObject([{ status: 'returned' }]);
    harness.call.detach(harness.socket, 1012);
    expect(harness.ends).toEqual(['moved']);
  });
});
