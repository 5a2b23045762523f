import { CommandSlots } from '../../src/link/command-slots.ts';
import { CommandsUnderWay, type LinkOutcome } from '../../src/link/under-way.ts';
import { resultFrame } from '../support/commands.ts';
import { settled } from '../support/eventually.ts';

const NEVER = new AbortController().signal;

function underWay(limit = 10) {
  const slots = new CommandSlots(limit, 1_000_000);
  const withdrawn: number[][] = [];
  const commands = new CommandsUnderWay(slots, (numbers) => withdrawn.push(numbers));
  const outcomes = new Map<number, LinkOutcome>();
  const add = (n: number, signal = NEVER): void => {
    slots.tryTake(1);
    void commands.add(n, `log/0/${n}`, 1, signal).then((outcome) => outcomes.set(n, outcome));
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
    commands.settleBy(resultFrame(7, 1, { settles: 1 }));
    commands.settleBy(resultFrame(8, 2, { settles: 2, verdict: { status: 'rejected', code: 'expired', at: 1 } }));
    // Received on a former connection, where 3 was another one.
    commands.settleBy(resultFrame(9, 77, { settles: 3 }));
    commands.settleBy(resultFrame(10, 3));
    await settled();
    expect([...outcomes]).toEqual([
      [1, { kind: 'settled', code: undefined }],
      [2, { kind: 'settled', code: 'expired' }],
    ]);
    expect([commands.size, slots.used]).toEqual([1, 1]);
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
