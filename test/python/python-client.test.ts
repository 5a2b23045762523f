import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithKafka } from '../brokers/kafka/index.ts';
import { describeWithNats } from '../brokers/nats/index.ts';
import { describeWithBroker } from '../brokers/provisioning/describe-with-broker.ts';
import { runCommand } from '../brokers/provisioning/run-command.ts';
import { findPython } from '../contract/python/find-python.ts';
import { startKafka, startNats } from '../e2e/serving/brokers.ts';
import { describeServing } from '../e2e/serving/describe-serving.ts';
import { REPOSITORY } from '../fixtures/repository.ts';
import { type BuiltClient, buildPythonClient, PYTHON_CLIENT } from './built-client.ts';

const LONG_MS = 300_000;
const PROCESSES = [1, 2];

const TOOLS = ['aiokafka', 'build', 'datamodel_code_generator', 'hatchling', 'mypy', 'nats', 'pytest'];
const python = await findPython('test/python', TOOLS);

let client: BuiltClient;
beforeAll(async () => {
  if (python.available) client = await buildPythonClient(python);
}, LONG_MS);
afterAll(() => client?.remove(), LONG_MS);

describeWithBroker('the client in Python', python, () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jambus-python-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs a tool on a copy, so that nothing is written into the checkout. */
  async function onCopy(module: string, ...args: readonly string[]): Promise<string> {
    if (!python.available) throw new Error(python.line);
    await cp(PYTHON_CLIENT, folder, { recursive: true });
    const options = { cwd: folder, env: { PYTHONPATH: 'src' }, timeoutMs: LONG_MS, complaint: /[\s\S]+/ };
    return await runCommand(python.file, ['-B', '-m', module, ...args], options);
  }

  test('is a wheel that has its types, and a sdist', () => {
    expect(client.inWheel).toEqual(expect.arrayContaining(['jambus/__init__.py', 'jambus/py.typed']));
    expect(client.inWheel.filter((name) => !/^jambus\/.*(\.py|py\.typed)$/.test(name))).toEqual([]);
    const files = ['LICENSE', 'README.md', 'pyproject.toml', 'examples/ivr.py', 'src/jambus/py.typed'];
    expect(client.inSdist).toEqual(expect.arrayContaining(files));
  });

  test(
    'has the types of the contract',
    async () => {
      const schemas = join(REPOSITORY, 'packages/contract/schemas');
      if (!python.available) throw new Error(python.line);
      const script = join(PYTHON_CLIENT, 'scripts/generate_types.py');
      await runCommand(python.file, ['-B', script, schemas, folder], { cwd: folder, timeoutMs: LONG_MS });
      const generated = await readdir(folder);
      expect(generated.sort()).toEqual(['command.py', 'event.py', 'result.py']);
      for (const name of generated) {
        const checkedIn = await readFile(join(PYTHON_CLIENT, 'src/jambus/contract', name), 'utf8');
        expect(await readFile(join(folder, name), 'utf8')).toBe(checkedIn);
      }
    },
    LONG_MS,
  );

  test('passes mypy --strict', () => expect(onCopy('mypy')).resolves.toContain('Success'), LONG_MS);

  test('is formatted, and has nothing that ruff complains of', async () => {
    await onCopy('ruff', 'format', '--check', '.');
    await onCopy('ruff', 'check', '.');
  });

  test('passes its own tests', () => expect(onCopy('pytest', '-q')).resolves.toContain(' passed'), LONG_MS);

  test('can be asked for either bus alone', async () => {
    const missing = 'import sys; sys.modules["aiokafka"] = None; import jambus; print(jambus.connect_nats.__name__)';
    expect(await runCommand(client.python, ['-c', missing], { timeoutMs: LONG_MS })).toBe('connect_nats\n');
  });

  test('has the example of its README', async () => {
    const readme = await readFile(join(PYTHON_CLIENT, 'README.md'), 'utf8');
    expect(readme).toContain(await readFile(join(PYTHON_CLIENT, 'examples/greet.py'), 'utf8'));
  });
});

/** The same IVR as in TypeScript, with the same callers. */
const program = (bus: 'nats' | 'kafka') => (address: string) => ({
  file: client.python,
  args: ['-B', join(PYTHON_CLIENT, 'examples/ivr.py'), bus, address],
});

if (python.available) {
  await describeWithNats('calls as functions in Python on NATS', {}, (nats) => {
    describeServing({ start: () => startNats(nats), program: program('nats'), processes: PROCESSES });
  });
  await describeWithKafka('calls as functions in Python on Kafka', {}, (kafka) => {
    describeServing({ start: () => startKafka(kafka), program: program('kafka'), processes: PROCESSES });
  });
}
