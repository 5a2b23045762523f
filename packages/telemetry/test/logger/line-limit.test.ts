import { setTimeout as sleep } from 'node:timers/promises';
import { createLineLimit } from '../../src/logger/line-limit.ts';

test('of a kind so many lines are written in the time, then how many were left out; other kinds are not concerned', async () => {
  const written: string[] = [];
  const limit = createLineLimit({
    lines: 2,
    everyMs: 40,
    onLeftOut: (kind, count) => written.push(`${kind} left out ${count}`),
  });
  for (let n = 0; n < 5; n++) limit.line('bad', () => written.push(`bad ${n}`));
  limit.line('good', () => written.push('good'));
  expect(written).toEqual(['bad 0', 'bad 1', 'good']);
  await sleep(80);
  expect(written.slice(3)).toEqual(['bad left out 3']);
  limit.line('bad', () => written.push('bad again'));
  expect(written.slice(4)).toEqual(['bad again']);
  limit.close();
});

test('what was left out is told at the end at the latest', () => {
  const written: string[] = [];
  const limit = createLineLimit({
    lines: 1,
    everyMs: 60_000,
    onLeftOut: (kind, count) => written.push(`${kind} ${count}`),
  });
  for (let n = 0; n < 3; n++) limit.line('bad', () => undefined);
  limit.close();
  expect(written).toEqual(['bad 2']);
});
