import { getEventListeners } from 'node:events';
import { CommandSlots } from '../../src/link/command-slots.ts';
import { settled } from '../support/eventually.ts';

const NEVER = new AbortController().signal;

/** Waiters that tell what they got, in the order in which they were told. */
function watching(slots: CommandSlots) {
  const told: string[] = [];
  return {
    told,
    wait(name: string, bytes: number, signal = NEVER) {
      void slots.wait(bytes, signal).then((granted) => told.push(`${name} ${granted ? 'goes' : 'does not'}`));
    },
  };
}

describe('the window of commands of a link', () => {
  test('wakes one of 16,384 that wait for one outcome, and none of the others', async () => {
    const slots = new CommandSlots(2, 1_000_000);
    const { told, wait } = watching(slots);
    expect([slots.tryTake(1), slots.tryTake(1), slots.tryTake(1)]).toEqual([true, true, false]);
    for (let n = 0; n < 16_384; n++) wait(String(n), 1);
    await settled();
    expect(told).toEqual([]);
    slots.release(1);
    await settled();
    expect(told).toEqual(['0 goes']);
    slots.release(1);
    slots.release(1);
    await settled();
    expect([told, slots.used]).toEqual([['0 goes', '1 goes', '2 goes'], 2]);
  });

  test('adds nothing to the signal of a partition however many of its commands wait, as each would look through all', () => {
    const slots = new CommandSlots(1, 100);
    const partition = new AbortController();
    slots.tryTake(1);
    for (let n = 0; n < 4_096; n++) void slots.wait(1, partition.signal);
    expect(getEventListeners(partition.signal, 'abort')).toHaveLength(1);
  });

  test('lets as many go as fit into the bytes that one large command leaves', async () => {
    const slots = new CommandSlots(10, 100);
    const { told, wait } = watching(slots);
    slots.tryTake(90);
    for (const [name, bytes] of [
      ['a', 40],
      ['b', 40],
      ['c', 40],
      ['d', 1],
    ] as const)
      wait(name, bytes);
    slots.release(90);
    await settled();
    // The small one does not overtake the one that came before it.
    expect(told).toEqual(['a goes', 'b goes']);
    slots.release(40);
    await settled();
    expect(told.slice(2)).toEqual(['c goes', 'd goes']);
  });

  test('is not overtaken by a command that comes while others wait', () => {
    const slots = new CommandSlots(10, 100);
    slots.tryTake(90);
    void slots.wait(40, NEVER);
    expect(slots.tryTake(1)).toBe(false);
  });

  test('takes one command whatever its size, and nothing beside it', () => {
    const slots = new CommandSlots(10, 100);
    expect([slots.tryTake(5_000), slots.tryTake(0)]).toEqual([true, false]);
    slots.release(5_000);
    expect([slots.used, slots.fill, slots.tryTake(100)]).toEqual([0, 0, true]);
  });

  test('lets go at once what waits for a partition that is handed over, and what fits behind it', async () => {
    const slots = new CommandSlots(10, 100);
    const { told, wait } = watching(slots);
    const partition = new AbortController();
    slots.tryTake(90);
    wait('large', 50, partition.signal);
    wait('small, handed over', 1, partition.signal);
    wait('small', 1);
    await settled();
    partition.abort();
    await settled();
    expect([...told].sort()).toEqual(['large does not', 'small goes', 'small, handed over does not']);
    expect(slots.used).toBe(2);
    await expect(slots.wait(1, partition.signal)).resolves.toBe(false);
  });

  test('is empty on a new connection, with the bounds that this one grants, and refuses who waited for the former', async () => {
    const slots = new CommandSlots(1, 100);
    const { told, wait } = watching(slots);
    slots.tryTake(10);
    wait('a', 10);
    slots.refuseAll();
    await settled();
    expect(told).toEqual(['a does not']);
    slots.reset(2, 10);
    expect([slots.used, slots.tryTake(5), slots.tryTake(5), slots.fill]).toEqual([0, true, true, 1]);
    expect(slots.tryTake(0)).toBe(false);
  });
});
