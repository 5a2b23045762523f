import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../fixtures/sharing.mjs', import.meta.url));

type Line = Readonly<Record<string, unknown>>;

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  /** All log lines until now. */
  lines(): Line[];
  /** Resolves when so many lines say this. */
  says(msg: string, times?: number): Promise<Line[]>;
  readonly ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

async function share(env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const port = await freePorts();
  const child = spawn(process.execPath, [SCRIPT], {
    env: { JAMBUS_PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return typeof code === 'number' ? code : null;
  });
  const lines = (): Line[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line): Line => JSON.parse(line));
  return {
    child,
    port,
    lines,
    ended,
    async says(msg, times = 1) {
      for (;;) {
        const found = lines().filter((line) => line['msg'] === msg);
        if (found.length >= times) return found;
        if (child.exitCode !== null) throw new Error(`ended without saying ${msg}:\n${text}`);
        await delay(20);
      }
    },
  };
}

/** The first of two that follow one another. */
async function freePorts(): Promise<number> {
  const [first, second] = [createServer(), createServer()];
  first.listen(0, '127.0.0.1');
  await once(first, 'listening');
  const { port } = first.address() as AddressInfo;
  const isFree = await new Promise<boolean>((resolve) => {
    second.once('error', () => resolve(false)).listen(port + 1, '127.0.0.1', () => resolve(true));
  });
  first.close();
  second.close();
  return isFree ? port : await freePorts();
}

async function readiness(port: number): Promise<{ readonly status: number; readonly checks: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  return { status: answer.status, checks: ((await answer.json()) as { readonly checks: unknown }).checks };
}

async function until(port: number, status: number): Promise<unknown> {
  for (;;) {
    const answer = await readiness(port);
    if (answer.status === status) return answer.checks;
    await delay(20);
  }
}

function pidOf(lines: readonly Line[], worker: number): number {
  return Number(lines.filter((line) => line['worker'] === worker).at(-1)?.['pid']);
}

test('each worker has its share of the settings, and is ready when all are', async () => {
  const service = await share();
  await service.says('up', 2);
  for (const index of [0, 1]) {
    expect(await until(service.port + index, 200)).toEqual({
      ready: { ok: true },
      workers: { ok: true, detail: '2 of 2 ready' },
    });
  }
});

test('none is ready while one is not', async () => {
  const service = await share({ JAMBUS_BEHAVIOUR: 'unready' });
  await service.says('up', 2);
  expect(await until(service.port, 503)).toEqual({
    ready: { ok: true },
    workers: { ok: false, detail: '1 of 2 ready' },
  });
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s stops them all in good order', async (signal) => {
  const service = await share();
  await service.says('up', 2);
  service.child.kill(signal);
  expect(await service.ended).toBe(0);
  expect(service.lines().filter(({ msg }) => msg === 'goodbye')).toHaveLength(2);
});

test('a signal that goes to the whole group stops them in good order, too', async () => {
  const service = await share();
  const up = await service.says('up', 2);
  for (const index of [0, 1]) process.kill(pidOf(up, index), 'SIGINT');
  service.child.kill('SIGINT');
  expect(await service.ended).toBe(0);
  expect(service.lines().filter(({ msg }) => msg === 'goodbye')).toHaveLength(2);
});

test('one that does not stop in time ends, and the exit code says so', async () => {
  const service = await share({ JAMBUS_BEHAVIOUR: 'stall', JAMBUS_DRAIN_MS: '100' });
  await service.says('up', 2);
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(1);
});

test('a second signal ends them at once', async () => {
  const service = await share({ JAMBUS_BEHAVIOUR: 'stall' });
  const up = await service.says('up', 2);
  service.child.kill('SIGTERM');
  await service.says('stopping all workers');
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(143);
  await gone(pidOf(up, 1));
});

test('one that dies is replaced, and the other goes on meanwhile', async () => {
  const service = await share();
  const up = await service.says('up', 2);
  await until(service.port, 200);
  process.kill(pidOf(up, 1), 'SIGKILL');
  expect(await service.says('worker ended')).toMatchObject([{ worker: 1, signal: 'SIGKILL' }]);
  expect(await readiness(service.port)).toMatchObject({ status: 503, checks: { ready: { ok: true } } });
  await service.says('up', 3);
  await until(service.port + 1, 200);
  const now = service.lines().filter(({ msg }) => msg === 'up');
  expect(pidOf(now, 0)).toBe(pidOf(up, 0));
  expect(pidOf(now, 1)).not.toBe(pidOf(up, 1));
});

test('settings that one of them cannot use end all of them, with the exit code of that', async () => {
  const service = await share({ JAMBUS_BEHAVIOUR: 'refuse' });
  expect(await service.ended).toBe(78);
});

test('workers do not outlive the process that was started', async () => {
  const service = await share();
  const up = await service.says('up', 2);
  service.child.kill('SIGKILL');
  for (const index of [0, 1]) await gone(pidOf(up, index));
});

/** Resolves when there is no such process. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await delay(20);
  }
}
