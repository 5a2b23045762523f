import { setTimeout as sleep } from 'node:timers/promises';
import { createDeadlineQueue } from '../src/deadline-queue.ts';

describe('deadline queue', () => {
  test('expires what was not cancelled, in the order it was added', async () => {
    const queue = createDeadlineQueue(20);
    const expired: number[] = [];
    const deadlines = [1, 2, 3, 4].map((n) => queue.add(() => expired.push(n)));
    deadlines[1]?.cancel();
    await sleep(60);
    expect(expired).toEqual([1, 3, 4]);
    queue.close();
  });

  test('a deadline that is cancelled from within another one does not expire', async () => {
    const queue = createDeadlineQueue(10);
    const expired: string[] = [];
    queue.add(() => {
      expired.push('first');
      second.cancel();
    });
    const second = queue.add(() => expired.push('second'));
    await sleep(40);
    expect(expired).toEqual(['first']);
    queue.close();
  });

  test('goes on after thousands were cancelled, and after it was empty', async () => {
    const queue = createDeadlineQueue(15);
    let expired = 0;
    for (let i = 0; i < 5_000; i++) queue.add(() => expired++).cancel();
    queue.add(() => expired++);
    await sleep(40);
    queue.add(() => expired++);
    await sleep(40);
    expect(expired).toBe(2);
    queue.close();
  });
});
