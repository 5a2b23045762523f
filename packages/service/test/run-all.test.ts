import { JambusError } from '@jambus/schema';
import { type Component, runAll } from '../src/index.ts';

function obedient(name: string, stopped: string[]): Component {
  return {
    name,
    run: (signal) =>
      new Promise((resolve) => {
        const stop = () => {
          stopped.push(name);
          resolve();
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      }),
  };
}

test('resolves when all components have stopped, after the signal', async () => {
  const stop = new AbortController();
  const stopped: string[] = [];
  const all = runAll(stop.signal, [obedient('a', stopped), obedient('b', stopped)]);
  expect(stopped).toEqual([]);
  stop.abort();
  await all;
  expect(stopped).toEqual(['a', 'b']);
});

test('one that fails stops the others first, then rejects with its name, code and cause', async () => {
  const stopped: string[] = [];
  const cause = new JambusError('bus_refused', 'no rights');
  const failing: Component = { name: 'bus', run: () => Promise.reject(cause) };
  await expect(runAll(new AbortController().signal, [obedient('a', stopped), failing])).rejects.toMatchObject({
    code: 'bus_refused',
    message: 'bus: no rights',
    cause,
  });
  expect(stopped).toEqual(['a']);
});

test('one that ends without being told to has failed', async () => {
  const stopped: string[] = [];
  const ending: Component = { name: 'links', run: () => Promise.resolve() };
  await expect(runAll(new AbortController().signal, [obedient('a', stopped), ending])).rejects.toThrow(
    'links: ended without being told to',
  );
  expect(stopped).toEqual(['a']);
});

test('when several fail, all of them are in the error', async () => {
  const failing = (name: string): Component => ({ name, run: () => Promise.reject(new Error(`${name} broke`)) });
  const error: unknown = await runAll(new AbortController().signal, [failing('a'), failing('b')]).catch((e) => e);
  expect(error).toMatchObject({ message: 'a: a broke; b: b broke', cause: { errors: [{}, {}] } });
});

test('a component keeps its own this', async () => {
  class Counter implements Component {
    readonly name = 'counter';
    runs = 0;
    async run(): Promise<void> {
      this.runs += 1;
    }
  }
  const counter = new Counter();
  const stop = new AbortController();
  stop.abort();
  await runAll(stop.signal, [counter]);
  expect(counter.runs).toBe(1);
});
