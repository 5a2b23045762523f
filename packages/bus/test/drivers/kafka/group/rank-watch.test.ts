import { watchRank } from '../../../../src/drivers/kafka/group/rank-watch.ts';

let now = 0;
const realNow = performance.now;

beforeEach(() => {
  now = 1_000;
  performance.now = () => now;
});

afterEach(() => {
  performance.now = realNow;
});

function scene(first: number) {
  let rank = first;
  const listeners = new Set<() => void>();
  const watch = watchRank({
    get rank() {
      return rank;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const change = (newRank: number) => {
    rank = newRank;
    for (const listener of listeners) listener();
  };
  return { watch, change, listeners };
}

test('a change that lasts a moment is due, until the group has been told', () => {
  const { watch, change } = scene(1);
  watch.tell();
  change(2);
  expect(watch.isDue).toBe(false);
  now += 200;
  expect(watch.isDue).toBe(true);
  expect(watch.tell()).toBe(2);
  expect(watch.isDue).toBe(false);
});

test('several changes in a row are one, counted from the first', () => {
  const { watch, change } = scene(1);
  watch.tell();
  for (const rank of [2, 3, 4]) {
    change(rank);
    now += 80;
  }
  expect(watch.isDue).toBe(true);
});

test('a rank that goes back at once is none', () => {
  const { watch, change } = scene(1);
  watch.tell();
  change(2);
  now += 100;
  change(1);
  now += 1_000;
  expect(watch.isDue).toBe(false);
});

test('what changes before the group has been told anything is told anyway', () => {
  const { watch, change, listeners } = scene(1);
  change(2);
  now += 1_000;
  expect(watch.isDue).toBe(false);
  watch.end();
  expect(listeners.size).toBe(0);
});
