import fc from 'fast-check';
import { DueQueue } from '../../src/lanes/due-queue.ts';
import { eventually } from '../support/eventually.ts';

test('items come out in the order of their time, whatever the order they went in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), async (waits) => {
      const out: { readonly earliest: number; latest: number }[] = [];
      const queue = new DueQueue<{ readonly earliest: number; latest: number }>((item) => out.push(item));
      for (const wait of waits) {
        // When an item is due is known no better than this, on a machine that may pause at any point.
        const item = { earliest: performance.now() + wait, latest: Number.POSITIVE_INFINITY };
        queue.add(item, wait);
        item.latest = performance.now() + wait;
      }
      await eventually(() => expect(out).toHaveLength(waits.length));
      const inverted = out.filter(({ latest }, index) => out.slice(0, index).some(({ earliest }) => earliest > latest));
      expect(inverted).toEqual([]);
      expect(queue.size).toBe(0);
    }),
    { numRuns: 10 },
  );
});

test('an item with an earlier time overtakes one the timer is set for', async () => {
  const out: string[] = [];
  const queue = new DueQueue<string>((item) => out.push(item));
  queue.add('in an hour', 3_600_000);
  queue.add('beyond the longest timer', 2 ** 40);
  queue.add('soon', 2);
  await eventually(() => expect(out).toEqual(['soon']));
  expect(queue.size).toBe(2);
  queue.clear();
});

test.each([Number.NaN, -1, 0, Number.POSITIVE_INFINITY])('a wait of %p ms is not lost', async (wait) => {
  const out: string[] = [];
  const queue = new DueQueue<string>((item) => out.push(item));
  queue.add('item', wait);
  await eventually(() => expect(out).toEqual(['item']));
});

test('what was cleared never comes', async () => {
  const out: string[] = [];
  const queue = new DueQueue<string>((item) => out.push(item));
  queue.add('cleared', 1);
  queue.clear();
  queue.add('kept', 5);
  await eventually(() => expect(out).toEqual(['kept']));
});
