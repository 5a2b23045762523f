import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { freePort, onFreePort } from './free-port.ts';
import { inAnotherProcess } from './in-another-process.ts';

test('a port that another process was given and does not listen on yet is not given out, until that process ends', async () => {
  const from = randomInt(18_000, 20_000);
  const range = { from, to: from + 2 };
  const script = `process.stdout.write(String(await broker.freePort(${JSON.stringify(range)}))); setInterval(() => {}, 1e6);`;
  const other = inAnotherProcess('provisioning/free-port.js', script);
  const [given] = (await once(other.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const theirs = Number(String(given));
  expect(await freePort(range)).toBe(theirs === from ? from + 1 : from);
  await expect(freePort(range)).rejects.toThrow('no 1 free ports in a row');
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(await freePort(range)).toBe(theirs);
});

const taken = (port: number) => Promise.reject(new Error(`bind to 127.0.0.1:${port}: Address already in use`));

test('another port is tried when somebody was quicker to take the free one', async () => {
  const tried: number[] = [];
  const started = await onFreePort(undefined, (port) => {
    tried.push(port);
    return tried.length < 3 ? taken(port) : Promise.resolve(port);
  });
  expect(tried).toHaveLength(3);
  expect(new Set(tried).size).toBe(3);
  expect(started).toBe(tried.at(-1));
});

test('a port that was asked for is the only one that is tried', async () => {
  const tried: number[] = [];
  const starting = onFreePort(4222, (port) => {
    tried.push(port);
    return taken(port);
  });
  await expect(starting).rejects.toThrow('127.0.0.1:4222: Address already in use');
  expect(tried).toEqual([4222]);
});

test('whatever else goes wrong is not tried again', async () => {
  let attempts = 0;
  const starting = onFreePort(undefined, () => {
    attempts += 1;
    return Promise.reject(new Error('no such option'));
  });
  await expect(starting).rejects.toThrow('no such option');
  expect(attempts).toBe(1);
});
