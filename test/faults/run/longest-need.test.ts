import { setTimeout as delay } from 'node:timers/promises';
import { LongestNeed } from './longest-need.ts';

test('the longest time is from the first asking until it is had, of the need that took longest', async () => {
  const startedAt = Date.now();
  const had = async () => {};
  const later = async () => {
    if (Date.now() < startedAt + 500) throw new Error('no leader');
  };
  const needs = new LongestNeed([had, later]);
  await delay(1_000);
  expect(await needs.end()).toBeGreaterThanOrEqual(500);
});

test('what is never answered is asked for again, and what is not had in the end counts until then', async () => {
  let asked = 0;
  const needs = new LongestNeed([
    () => {
      asked++;
      return new Promise(() => {});
    },
  ]);
  await delay(1_500);
  expect(await needs.end()).toBeGreaterThanOrEqual(1_500);
  expect(asked).toBeGreaterThan(1);
});

test('what is had at once takes no longer than an answer', async () => {
  const startedAt = Date.now();
  const needs = new LongestNeed([async () => {}]);
  await delay(2_000);
  const longestMs = await needs.end();
  expect(longestMs).toBeLessThan(Date.now() - startedAt);
});
