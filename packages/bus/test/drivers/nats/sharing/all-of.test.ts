import { setTimeout as sleep } from 'node:timers/promises';
import { allOf } from '../../../../src/drivers/nats/sharing/all-of.ts';

test('a failure is thrown when all the others have ended', async () => {
  let ended = false;
  const slow = async () => {
    await sleep(20);
    ended = true;
  };
  await expect(allOf([slow(), Promise.reject(new Error('first'))])).rejects.toThrow('first');
  expect(ended).toBe(true);
});

test('it resolves when none fails', async () => {
  await expect(allOf([Promise.resolve(1), sleep(1)])).resolves.toBeUndefined();
});
