import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a process has loaded of the client libraries of buses once it has imported a module. */
async function busLibrariesIn(module: string): Promise<string> {
  const url = import.meta.resolve(`../dist/${module}`);
  const code = `await import('${url}');
    const loaded = Object.keys((await import('node:module')).createRequire('${url}').cache);
    process.stdout.write([...new Set(loaded.flatMap((path) => /node_modules.(nats|kafkajs)\\b/.exec(path)?.[1] ?? []))].join());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  return stdout;
}

test('the types of the client come without a bus, and a bus without the others', async () => {
  expect(await busLibrariesIn('index.js')).toBe('');
  expect(await busLibrariesIn('nats/index.js')).toBe('nats');
  expect(await busLibrariesIn('kafka/index.js')).toBe('kafkajs');
});
