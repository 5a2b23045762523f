import fc from 'fast-check';
import { Log } from '../../../src/drivers/memory/log.ts';

interface Item {
  readonly value: number;
  readonly bytes: number;
}

const append = fc.record({ kind: fc.constant('append' as const), bytes: fc.nat(50) });
const drop = fc.record({ kind: fc.constant('drop' as const), count: fc.nat(100) });

test('offsets stay with their records however the log grows and is trimmed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 6, arbitrary: append }, drop), { maxLength: 600, size: 'max' }),
      (steps) => {
        const log = new Log<Item>({ maxRecords: 1_000, maxBytes: 1_000_000 });
        const all: Item[] = [];
        let first = 0;
        for (const step of steps) {
          if (step.kind === 'append') {
            const item = { value: all.length, bytes: step.bytes };
            expect(log.append(item)).toBe(all.length);
            all.push(item);
          } else {
            first = Math.min(all.length, first + step.count);
            log.dropBefore(first);
          }
        }
        expect([log.firstOffset, log.nextOffset]).toEqual([first, all.length]);
        expect(all.map((_, offset) => log.at(offset))).toEqual(all.map((item, at) => (at < first ? undefined : item)));
        expect(log.bytes).toBe(all.slice(first).reduce((sum, { bytes }) => sum + bytes, 0));
      },
    ),
    { numRuns: 30 },
  );
});

test('is full by count and by bytes, but never for the first record', () => {
  const log = new Log<Item>({ maxRecords: 2, maxBytes: 100 });
  expect(log.isFullFor(1_000)).toBe(false);
  log.append({ value: 0, bytes: 60 });
  expect(log.isFullFor(40)).toBe(false);
  expect(log.isFullFor(41)).toBe(true);
  log.append({ value: 1, bytes: 1 });
  expect(log.isFullFor(1)).toBe(true);
});
