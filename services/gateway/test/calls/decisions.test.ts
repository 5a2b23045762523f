import type { CommandFrame, Verdict } from '@jambus/link';
import {
  at,
  busHasResults,
  callHarness,
  commandsOn,
  drop,
  type Harness,
  hear,
  jambonz,
  liveCall,
  MUTE,
  ORIGIN,
  reconnect,
  redirect,
  resumedWith,
  send,
} from './harness.ts';

describe('one effect', () => {
  test('a record that is read again has no second effect and no second result', () => {
    const harness = liveCall();
    const { call, socket, verdicts } = harness;
    const record = { id: 'x', position: at(5) };
    const first = send(call, MUTE, record);
    const before = verdicts.length;
    const meanwhile = [send(call, MUTE, record), send(call, MUTE, record)];
    // Whoever reads another record now may commit past this one, so its result has to be on the bus first.
    expect(meanwhile).toEqual([[], []]);
    busHasResults(harness);
    const afterwards = send(call, MUTE, record);
    expect([...meanwhile, afterwards]).toEqual([1, 2, 3].map(() => [{ status: 'past' }]));
    expect(first).toMatchObject([{ status: 'delivered' }]);
    expect([socket.sent.length, verdicts.length]).toEqual([1, before]);
  });

  test('an adapter that asks for a result which is under way hears of it, although another log goes on meanwhile', () => {
    const harness = liveCall();
    send(harness.call, MUTE, { id: 'x', position: at(5) });
    const again = send(harness.call, MUTE, { id: 'x', position: at(5) });
    send(harness.call, MUTE, { id: 'request', position: 'requests/0/1' });
    busHasResults(harness);
    expect(again).toEqual([{ status: 'past' }]);
  });

  test('a call that got thousands of commands gets none of them again when its partition changes hands', () => {
    const harness = liveCall();
    const { call, socket, verdicts } = harness;
    const token = (n: number) => ({ ...MUTE, data: { mute_status: 'mute' }, msgid: `token-${n}` });
    const records = Array.from({ length: 3_000 }, (_, n) => ({ id: `token-${n}`, position: at(1_000 + n) }));
    for (const [n, record] of records.entries()) send(call, token(n), record);
    const told = verdicts.length;
    const after = records.map((record, n) => send(call, token(n), record));
    expect(socket.sent).toHaveLength(3_000);
    busHasResults(harness);
    expect(after).toEqual(Array.from({ length: 3_000 }, () => [{ status: 'past' }]));
    expect(verdicts).toHaveLength(told);
  });

  test('positions of a stream that was made anew are other records, although their numbers come again', () => {
    const harness = liveCall();
    const { call, socket } = harness;
    send(call, MUTE, { id: 'x', position: 'made-once/0/5' });
    expect(send(call, MUTE, { id: 'y', position: 'made-anew/0/1' })).toMatchObject([{ status: 'delivered' }]);
    busHasResults(harness);
    expect(send(call, MUTE, { id: 'x', position: 'made-once/0/5' })).toEqual([{ status: 'past' }]);
    expect(socket.sent).toHaveLength(2);
  });

  test('a second record with the same id is a duplicate', () => {
    const { call, socket } = liveCall();
    send(call, MUTE, { id: 'x', position: at(5) });
    expect(send(call, MUTE, { id: 'x', position: at(6) })).toMatchObject([{ status: 'rejected', code: 'duplicate' }]);
    expect(socket.sent).toHaveLength(1);
  });

  test('a second record with the id of one that waits is a duplicate once that one is written', () => {
    const harness = liveCall();
    drop(harness, harness.socket);
    const first = send(harness.call, MUTE, { id: 'x', position: at(5) });
    const second = send(harness.call, MUTE, { id: 'x', position: at(6) });
    const next = reconnect(harness);
    expect([first, second]).toMatchObject([[{ status: 'delivered' }], [{ code: 'duplicate' }]]);
    expect(commandsOn(next)).toEqual(['mute:status']);
  });

  test('a refused command leaves its id free', () => {
    const { call } = liveCall();
    send(call, MUTE, { id: 'x', position: at(5), ifsequence: 99 });
    expect(send(call, MUTE, { id: 'x', position: at(6) })).toMatchObject([{ status: 'delivered' }]);
  });

  test('remembers as many ids as it was told to, and forgets the oldest', () => {
    const { call } = liveCall();
    for (let n = 0; n < 17; n++) send(call, MUTE, { id: `id-of-${n}`, position: at(n) });
    expect(send(call, MUTE, { id: 'id-of-1', position: at(17) })).toMatchObject([{ code: 'duplicate' }]);
    expect(send(call, MUTE, { id: 'id-of-0', position: at(18) })).toMatchObject([{ status: 'delivered' }]);
  });

  test('ids that come from the position take no room among those that publishers chose', () => {
    const { call } = liveCall();
    send(call, MUTE, { id: 'chosen', position: at(1) });
    for (let n = 2; n < 40; n++) send(call, MUTE, { id: at(n), position: at(n) });
    expect(send(call, MUTE, { id: 'chosen', position: at(40) })).toMatchObject([{ code: 'duplicate' }]);
  });
});

/** All verdicts on a record that is read again now, and once more when its result is on the bus. */
function verdictsOn(record: Partial<CommandFrame>, harness: Harness): Verdict[] {
  send(harness.call, MUTE, record);
  busHasResults(harness);
  expect(send(harness.call, MUTE, record)).toEqual([{ status: 'past' }]);
  return harness.verdicts.filter(({ position }) => position === record.position).map(({ verdict }) => verdict);
}

describe('one verdict', () => {
  test('a record that was refused for its condition stays refused, although the condition holds by now', () => {
    const harness = liveCall();
    const record = { id: 'x', position: at(5), ifverbid: 'greet' };
    const first = send(harness.call, MUTE, record);
    hear(harness, 'verb:status', { event: 'starting', id: 'greet', name: 'say' });
    expect(verdictsOn(record, harness)).toEqual(first);
    expect(first).toMatchObject([{ code: 'precondition_failed' }]);
    expect(harness.socket.sent).toEqual([]);
  });

  test('a record that was delivered stays delivered after the call was hung up, and after its time', () => {
    const harness = liveCall();
    const record = { id: 'x', position: at(5), expires: Date.now() + 60_000 };
    const first = send(harness.call, MUTE, record);
    hear(harness, 'call:status', { call_status: 'completed' });
    expect(verdictsOn({ ...record, expires: 1 }, harness)).toEqual(first);
    expect(first).toMatchObject([{ status: 'delivered' }]);
  });

  test('a record that was refused with call_ended is refused with the time of the end, once', () => {
    const harness = liveCall();
    hear(harness, 'call:status', { call_status: 'completed' });
    const record = { id: 'x', position: at(5) };
    const first = send(harness.call, MUTE, record);
    expect(verdictsOn(record, harness)).toEqual(first);
    expect(first).toMatchObject([{ code: 'call_ended', at: harness.call.endedAt }]);
  });

  test('a record that had expired before the hang-up is expired afterwards, too', () => {
    const harness = liveCall();
    const expires = Date.now() - 1;
    hear(harness, 'call:status', { call_status: 'completed' });
    expect(send(harness.call, MUTE, { expires })).toMatchObject([{ code: 'expired', at: expires }]);
  });

  test('a record of a former call is refused as unknown, since it was so before this call began', () => {
    const { call, socket } = liveCall();
    const appearBy = call.since - 1;
    const [verdict] = send(call, MUTE, { appearBy });
    expect(verdict).toMatchObject({ code: 'unknown_call', at: appearBy });
    expect(send(call, MUTE, { appearBy: call.since })).toMatchObject([{ status: 'delivered' }]);
    expect(commandsOn(socket)).toEqual(['mute:status']);
  });

  test('a record of a former call that is refused out of its turn does not count those in front of it as decided', () => {
    const { call, verdicts } = liveCall();
    const appearBy = call.since - 1;
    send(call, MUTE, { position: at(7), appearBy, overdue: true });
    expect(verdicts.at(-1)).toMatchObject({ verdict: { code: 'unknown_call' }, decided: undefined });
    expect(send(call, MUTE, { position: at(6), appearBy })).toMatchObject([{ code: 'unknown_call' }]);
  });

  test('a result that the bus has is repeated by no gateway', () => {
    const old = liveCall();
    const record = { id: 'x', position: at(5) };
    send(old.call, MUTE, record);
    busHasResults(old);
    expect(send(resumedWith(old.call.memory()).call, MUTE, record)).toEqual([{ status: 'past' }]);
  });

  test('the next gateway repeats the verdict of the last record, and has no effect for those before it', () => {
    const old = liveCall();
    send(old.call, MUTE, { id: 'early', position: at(4) });
    const last = send(old.call, MUTE, { id: 'x', position: at(5), ifsequence: 99 });
    const { call, socket } = resumedWith(old.call.memory());
    expect(send(call, MUTE, { id: 'x', position: at(5) })).toEqual(last);
    expect(send(call, MUTE, { id: 'early', position: at(4) })).toEqual([{ status: 'past' }]);
    expect(commandsOn(socket)).toEqual([]);
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
    expect(send(harness.call, MUTE, { ifsequence: 3 })).toMatchObject([{ status: 'delivered' }]);
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
    call.attach(socket, 'control', hello, bytes, ORIGIN);
    const bare = JSON.stringify({ type: 'ack', msgid: hello.msgid, data: [{ verb: 'say', text: '' }] }).length;
    const outcomes = send(call, redirect([{ verb: 'say', text: 'x'.repeat(24_576 - bare) }]));
    expect(outcomes).toMatchObject([{ code: 'too_large' }]);
    expect(socket.sent).toEqual([]);
  });
});
