import { CommandSlots } from '../../src/link/command-slots.ts';
import { CommandsUnderWay, type LinkOutcome } from '../../src/link/under-way.ts';
import { commandOf, resultFrame } from '../support/commands.ts';
import { settled } from '../support/eventually.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const NEVER = new AbortController().signal;

function underWay(limit = 10) {
  const slots = new CommandSlots(limit, 1_000_000);
  const withdrawn: number[][] = [];
  const commands = new CommandsUnderWay(slots, (numbers) => withdrawn.push(numbers));
  const outcomes = new Map<number, LinkOutcome>();
  const add = (n: number, signal = NEVER): void => {
    slots.tryTake(1);
    commands.add(n, commandOf(n), 1, signal, (outcome) => void outcomes.set(n, outcome));
  };
  return { slots, withdrawn, commands, outcomes, add };
}

describe('commands at a gateway', () => {
  test('have the outcome that the gateway tells, each its own', async () => {
    const { slots, commands, outcomes, add } = underWay();
    for (const n of [1, 2, 3, 4]) add(n);
    commands.settle({ t: 'outcomes', settled: [2], refused: [[1, 'duplicate']], returned: [3] });
    await settled();
    expect([...outcomes].sort()).toEqual([
      [1, { kind: 'settled', code: 'duplicate' }],
      [2, { kind: 'settled', code: undefined }],
      [3, { kind: 'returned' }],
    ]);
    expect([commands.size, slots.used]).toEqual([1, 1]);
  });

  test('are settled by their result when it is on the bus, but not by that of another command with the same number', async () => {
    const { slots, commands, outcomes, add } = underWay();
    for (const n of [1, 2, 3]) add(n);
    commands.settleBy({ ...resultFrame(7, 1), settles: 1 });
    const expired = { status: 'rejected', code: 'expired', at: 1 } as const;
    commands.settleBy({ ...resultFrame(8, 2, { verdict: expired }), settles: 2 });
    // Received on a former connection, where 3 was another one.
    commands.settleBy({ ...resultFrame(9, 77), settles: 3 });
    commands.settleBy(resultFrame(10, 3));
    await settled();
    expect([...outcomes]).toEqual([
      [1, { kind: 'settled', code: undefined }],
      [2, { kind: 'settled', code: 'expired' }],
    ]);
    expect([commands.size, slots.used]).toEqual([1, 1]);
  });

  test('make up a result with what the gateway tells of it', () => {
    const { commands } = underWay();
    const trace = { traceparent: TRACEPARENT, tracestate: 'a=b' };
    const command = commandOf(1, { id: 'x', replyTo: 'inbox', resultTrace: trace, published: 5 });
    commands.add(1, command, 1, NEVER, () => {});
    commands.add(2, commandOf(2), 1, NEVER, () => {});
    const { call, name, position } = command;
    const verdict = { status: 'delivered', at: 7 } as const;
    expect(commands.resultBy({ t: 'settled', n: 9, command: 1, verdict, parent: TRACEPARENT })).toEqual({
      t: 'result',
      n: 9,
      settles: 1,
      call,
      command: 'x',
      name,
      position,
      decided: position,
      published: 5,
      verdict,
      replyTo: 'inbox',
      ...trace,
      parent: TRACEPARENT,
    });
    const ahead = commands.resultBy({
      t: 'settled',
      n: 10,
      command: 2,
      verdict,
      ahead: true,
      traceparent: TRACEPARENT,
    });
    expect(ahead).toMatchObject({ settles: 2, traceparent: TRACEPARENT });
    expect(ahead.decided).toBeUndefined();
    expect(() => commands.resultBy({ t: 'settled', n: 11, command: 3, verdict })).toThrow('not under way');
  });

  test('that were delivered have their results in the order in which the gateway tells them', () => {
    const { commands } = underWay();
    for (const n of [1, 2]) commands.add(n, commandOf(n), 1, NEVER, () => {});
    const results = [...commands.resultsBy({ t: 'delivered', n: 9, commands: [2, 1], at: [5, 6] })];
    expect(results).toMatchObject([
      { t: 'result', n: 9, settles: 2, decided: 'log/0/2', verdict: { status: 'delivered', at: 5 } },
      { t: 'result', n: 10, settles: 1, decided: 'log/0/1', verdict: { status: 'delivered', at: 6 } },
    ]);
    expect(() => [...commands.resultsBy({ t: 'delivered', n: 9, commands: [2], at: [] })]).toThrow('no time');
  });

  test('that wait for a call give their slot back, once, however often the gateway says so and whatever comes of them', async () => {
    const { slots, commands, add } = underWay();
    for (const n of [1, 2, 3]) add(n);
    commands.settle({ t: 'outcomes', held: [1, 2] });
    expect([commands.size, slots.used]).toEqual([3, 1]);
    commands.settle({ t: 'outcomes', held: [1], settled: [2] });
    expect([commands.size, slots.used]).toEqual([2, 1]);
    commands.settle({ t: 'outcomes', returned: [1], refused: [[3, 'expired']] });
    expect([commands.size, slots.used]).toEqual([0, 0]);
  });

  test('of a partition that is handed over are taken back together, and those of other partitions stay', async () => {
    const { withdrawn, commands, outcomes, add } = underWay();
    const [going, staying] = [new AbortController(), new AbortController()];
    add(1, going.signal);
    add(2, staying.signal);
    add(3, going.signal);
    add(4, going.signal);
    commands.settle({ t: 'outcomes', settled: [3], held: [4] });
    going.abort();
    expect(withdrawn).toEqual([[1, 4]]);
    await settled();
    // The gateway has the last word: it may have decided one of them by now.
    expect([...outcomes.keys()]).toEqual([3]);
    commands.settle({ t: 'outcomes', settled: [1], returned: [4] });
    await settled();
    expect([outcomes.get(1)?.kind, outcomes.get(4)?.kind]).toEqual(['settled', 'returned']);
    staying.abort();
    expect(withdrawn).toEqual([[1, 4], [2]]);
  });

  test('that are decided by the time their partition goes are not spoken of', () => {
    const { withdrawn, commands, add } = underWay();
    const partition = new AbortController();
    add(1, partition.signal);
    commands.settle({ t: 'outcomes', settled: [1] });
    partition.abort();
    expect(withdrawn).toEqual([]);
  });

  test.each([['held'], ['settled'], ['returned']] as const)(
    'are known by their number: a gateway that calls another one %s breaks the protocol',
    (kind) => {
      const { slots, commands, add } = underWay();
      add(1);
      expect(() => commands.settle({ t: 'outcomes', [kind]: [7] })).toThrow(/command 7/);
      commands.settle({ t: 'outcomes', settled: [1] });
      expect(() => commands.settle({ t: 'outcomes', refused: [[1, 'expired']] })).toThrow(/command 1/);
      expect(slots.used).toBe(0);
    },
  );

  test('are lost with the connection, which is not the same as given back: the gateway may have decided them', async () => {
    const { commands, outcomes, add } = underWay();
    add(1);
    add(2);
    commands.settle({ t: 'outcomes', held: [2] });
    commands.abandon();
    await settled();
    expect([...outcomes.values()]).toEqual([{ kind: 'lost' }, { kind: 'lost' }]);
    expect(commands.size).toBe(0);
  });
});
