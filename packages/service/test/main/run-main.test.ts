import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../fixtures/service.mjs', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as log lines; throws when it is anything else. */
  lines(): Record<string, unknown>[];
}

interface Running {
  readonly process: ChildProcess;
  /** Resolves when standard output has this text. */
  says(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

function run(env: Record<string, string>, args: readonly string[] = []): Running {
  const child = spawn(process.execPath, [SCRIPT, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    const lines = () =>
      stdout
        .trimEnd()
        .split('\n')
        .map((line): Record<string, unknown> => JSON.parse(line));
    return { code: typeof code === 'number' ? code : null, stdout, stderr, lines };
  });
  return {
    process: child,
    ended,
    async says(text) {
      while (!stdout.includes(text))
        await Promise.race([once(child.stdout, 'data'), ended.then(() => fail(text, stderr))]);
    },
  };
}

function fail(text: string, stderr: string): never {
  throw new Error(`the process ended without saying ${text}: ${stderr}`);
}

function behaving(behaviour: string, env: Record<string, string> = {}): Running {
  return run({ JAMBUS_BEHAVIOUR: behaviour, ...env });
}

/** A fatal line is written at once, so it can overtake one that is still being written in the background. */
function expectFatal(lines: readonly Record<string, unknown>[], fields: Record<string, unknown>): void {
  expect(lines.filter(({ level }) => level === 'fatal')).toMatchObject([fields]);
}

describe('arguments', () => {
  test('--help prints every setting and exits with 0, whatever the settings are', async () => {
    const { code, stdout, stderr } = await run({ JAMBUS_DRAIN_MS: 'x' }, ['--help']).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^jambus fixture \d+\.\d+\.\d+\n/);
    expect(stdout).toMatch(/JAMBUS_DRAIN_MS +a whole number of at least 0; default 10000\n/);
    expect(stderr).toBe('');
  });

  test('--version prints the version', async () => {
    const { code, stdout } = await run({}, ['--version']).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('an unknown argument is refused with 2', async () => {
    const { code, stdout, stderr } = await run({}, ['--port=3000']).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('unknown argument --port=3000');
    expect(stdout).toBe('');
  });
});

describe('settings', () => {
  test('faults are all told on standard error, exit code 78, and the service is not started', async () => {
    const env = { JAMBUS_DRAIN_MS: 'soon', JAMBUS_LOG_LEVEL: 'loud', JAMBUS_KEY: 'hunter2', JAMBUS_BEHAVIOR: 'obey' };
    const { code, stdout, stderr } = await run(env).ended;
    expect(code).toBe(78);
    expect(stderr).toContain('jambus fixture: 4 settings cannot be used:\n');
    expect(stderr).toContain('JAMBUS_DRAIN_MS: got "soon"');
    expect(stderr).toContain('JAMBUS_LOG_LEVEL: got "loud"');
    expect(stderr).toContain('JAMBUS_KEY: got ***');
    expect(stderr).toContain('did you mean JAMBUS_BEHAVIOUR?');
    expect(stderr).not.toContain('hunter2');
    expect(stdout).toBe('');
  });

  test('what the service finds wrong with them later has the same exit code', async () => {
    const { code, lines } = await behaving('refuseSettings').ended;
    expect(code).toBe(78);
    expectFatal(lines(), { level: 'fatal', err: { code: 'bad_config', message: 'port taken' } });
  });
});

describe('stopping', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends a running service with 0, its log complete', async (signal) => {
    const service = behaving('chatter');
    await service.says('ready');
    service.process.kill(signal);
    const { code, lines, stderr } = await service.ended;
    expect(code).toBe(0);
    expect(stderr).toBe('');
    const messages = lines();
    expect(messages.find((line) => line['msg'] === 'stopping')).toMatchObject({ signal });
    expect(messages.flatMap(({ line }) => (line === undefined ? [] : [line]))).toEqual(
      Array.from({ length: 2000 }, (_, n) => n),
    );
    expect(messages.at(-1)).toMatchObject({ msg: 'stopped', service: 'fixture' });
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('a second signal, %s, ends it at once with %i', async (signal, expected) => {
    const service = behaving('stall');
    await service.says('ready');
    service.process.kill('SIGTERM');
    await service.says('stopping');
    service.process.kill(signal);
    expect((await service.ended).code).toBe(expected);
  });

  test('a service that does not stop is cut off after drainMs and the margin, with a line that says so', async () => {
    const service = behaving('stall', { JAMBUS_DRAIN_MS: '0' });
    await service.says('ready');
    service.process.kill('SIGTERM');
    const { code, lines } = await service.ended;
    expect(code).toBe(1);
    expectFatal(lines(), { level: 'fatal', msg: 'did not stop in time', afterMs: 50 });
  });
});

describe('failing', () => {
  test('a service that rejects ends the process with 1 and the reason in the log', async () => {
    const { code, lines } = await behaving('fail').ended;
    expect(code).toBe(1);
    expectFatal(lines(), { level: 'fatal', msg: 'failed', err: { message: 'no luck' } });
  });

  test('a service that ends without being told to has failed', async () => {
    const { code, lines } = await behaving('end').ended;
    expect(code).toBe(1);
    expectFatal(lines(), { level: 'fatal', msg: 'stopped without being told to' });
  });

  test('an exception nobody caught is logged, the service is stopped, the exit code is 1', async () => {
    const { code, lines } = await behaving('throwLater').ended;
    expect(code).toBe(1);
    const messages = lines();
    expect(messages).toContainEqual(
      expect.objectContaining({
        level: 'fatal',
        msg: 'crashed',
        origin: 'uncaughtException',
        err: expect.objectContaining({ message: 'nobody caught me' }),
      }),
    );
    expect(messages.map((line) => line['msg'])).toContain('goodbye');
  });

  test('a rejection nobody handled is the same', async () => {
    const { code, lines } = await behaving('rejectLater').ended;
    expect(code).toBe(1);
    expect(lines()).toContainEqual(expect.objectContaining({ msg: 'crashed', origin: 'unhandledRejection' }));
  });

  test('a service that does not stop after a crash is cut off long before drainMs', async () => {
    const { code } = await behaving('crashAndStall', { JAMBUS_DRAIN_MS: '600000' }).ended;
    expect(code).toBe(1);
  });
});

test('secrets among the settings stay out of the log, even when the settings are logged', async () => {
  const service = behaving('obey', { JAMBUS_KEY: 'hunter2-hunter2' });
  await service.says('ready');
  service.process.kill('SIGTERM');
  expect((await service.ended).stdout).not.toContain('hunter2');
});
