import {
  ask,
  at,
  busHasResults,
  commandsOn,
  drop,
  known,
  liveCall,
  MUTE,
  reconnect,
  redirect,
  resumedCall,
  send,
} from './harness.ts';

const say = (text: string) => redirect([{ verb: 'say', text }]);

describe('a command that comes ahead of its turn', () => {
  test('is written behind the one before it, whose result is not on the bus yet', () => {
    const harness = liveCall();
    const asked = [5, 6, 7].map((offset) =>
      ask(harness.call, say(`at ${offset}`), { position: at(offset), ...(offset > 5 && { after: offset - 1 }) }),
    );
    expect(asked.map(({ outcomes }) => outcomes)).toMatchObject(asked.map(() => [{ status: 'delivered' }]));
    expect(harness.socket.sent.map(({ data }) => data)).toMatchObject([5, 6, 7].map((n) => [{ text: `at ${n}` }]));
  });

  test('goes back to its adapter when the one before it has not come, and when that one went back', () => {
    const harness = liveCall();
    send(harness.call, MUTE, { position: at(5) });
    expect(send(harness.call, MUTE, { position: at(7), after: 6 })).toEqual([{ status: 'returned' }]);
    // A record of another log with that number says nothing.
    send(harness.call, MUTE, { position: 'other/0/6' });
    expect(send(harness.call, MUTE, { position: at(7), after: 6 })).toEqual([{ status: 'returned' }]);
    expect(commandsOn(harness.socket)).toHaveLength(2);
  });

  test('waits behind the one before it, and is written behind it', () => {
    const harness = liveCall();
    drop(harness, harness.socket);
    const asked = [5, 6].map((offset) =>
      ask(harness.call, say(`at ${offset}`), { position: at(offset), ...(offset > 5 && { after: offset - 1 }) }),
    );
    expect(asked.map(({ holds }) => holds)).toEqual([1, 1]);
    const next = reconnect(harness);
    expect(next.sent.slice(1).map(({ data }) => data)).toMatchObject([[{ text: 'at 5' }], [{ text: 'at 6' }]]);
  });

  test('goes back with the one before it when that is taken back while both wait', () => {
    const harness = liveCall();
    drop(harness, harness.socket);
    const first = ask(harness.call, say('first'), { position: at(5) });
    const behind = [6, 7].map((offset) => ask(harness.call, MUTE, { position: at(offset), after: offset - 1 }));
    const other = ask(harness.call, MUTE, { position: 'other/0/9' });
    harness.call.withdraw(first.command);
    expect([first, ...behind].map(({ outcomes }) => outcomes)).toEqual([5, 6, 7].map(() => [{ status: 'returned' }]));
    expect(other.outcomes).toEqual([]);
    expect(commandsOn(reconnect(harness))).toEqual(['mute:status']);
  });

  test('does not wait for one that has expired in front of it', () => {
    const harness = liveCall();
    drop(harness, harness.socket);
    const expired = ask(harness.call, MUTE, { position: at(5), expires: Date.now() + 20 });
    const behind = ask(harness.call, say('behind'), { position: at(6), after: 5 });
    harness.call.expireHeld(Date.now() + 21);
    expect(expired.outcomes).toMatchObject([{ status: 'rejected', code: 'expired' }]);
    expect(commandsOn(reconnect(harness))).toEqual(['redirect']);
    expect(behind.outcomes).toMatchObject([{ status: 'delivered' }]);
  });

  test('has its own outcome when it is read again, and so have those before it, once their results are on the bus', () => {
    const harness = liveCall();
    send(harness.call, MUTE, { position: at(5) });
    for (const offset of [6, 7]) send(harness.call, MUTE, { position: at(offset), after: offset - 1 });
    const told = harness.verdicts.length;
    const again = [5, 6, 7].map((offset) => send(harness.call, MUTE, { position: at(offset) }));
    expect(again).toEqual([[], [], []]);
    busHasResults(harness);
    expect(again).toEqual(again.map(() => [{ status: 'past' }]));
    expect(harness.verdicts).toHaveLength(told);
  });

  test('that comes while the past of the call is looked for waits behind the one before it, and goes back without that one', () => {
    const harness = resumedCall();
    const [early, first, behind] = [
      ask(harness.call, MUTE, { position: at(9), after: 8 }),
      ask(harness.call, say('first'), { position: at(5) }),
      ask(harness.call, say('behind'), { position: at(6), after: 5 }),
    ];
    expect([early, first, behind].map(({ outcomes }) => outcomes)).toEqual([[{ status: 'returned' }], [], []]);
    harness.call.past?.hear('one', known());
    harness.call.past?.hear('two', known({ epoch: 2, sequence: 10, certain: true }));
    expect([first, behind].map(({ outcomes }) => outcomes)).toMatchObject([5, 6].map(() => [{ status: 'delivered' }]));
  });
});
