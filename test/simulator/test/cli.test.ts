import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCENARIOS } from '../index.ts';
import { clearStage } from './harness.ts';
import { startRawServer } from './raw-server.ts';

const MAIN = join(import.meta.dirname, '../../dist/simulator/main.js');
const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
const children = new Set<ChildProcess>();

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await clearStage();
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Exit {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command. */
function simulate(...args: string[]): { child: ChildProcess; exit: Promise<Exit> } {
  if (!existsSync(MAIN)) throw new Error('the command is not built: run the build first');
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, NO_COLOR: '1' } });
  children.add(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => {
    out += String(data);
  });
  child.stderr.on('data', (data) => {
    err += String(data);
  });
  const exit = new Promise<Exit>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return { child, exit };
}

function scriptFile(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

test('--help says how to use it and how to write a script', async () => {
  const { code, out } = await simulate('--help').exit;
  expect(code).toBe(0);
  expect(out).toMatch(/--url/);
  expect(out).toMatch(/onHook/);
  for (const { name, summary } of SCENARIOS) expect(out).toContain(`${name.padEnd(22)}${summary}`);
});

test('--scenario plays one kind of call and says what became of it', async () => {
  const server = await startRawServer();
  const { exit } = simulate('--url', server.url, '--scenario', 'outbound-busy', '--speed', '50');
  await (await server.socket()).status('call:status', { call_status: 'busy' });
  const { code, out } = await exit;
  expect(out).toMatch(/^outbound-busy: completed: the callee: Busy Here/);
  expect(out).toMatch(/sent +1:call:status 1:call:status 1:call:status/);
  expect(code).toBe(0);
});

test('with --json the record of the scenario comes as JSON, and a call that ended otherwise gives 1', async () => {
  const server = await startRawServer();
  const { exit } = simulate('--url', server.url, '--scenario', 'inbound-ivr', '--own-verbs', '--json', '--speed', '50');
  const socket = await server.socket();
  socket.ack(await socket.message('session:new'), []);
  socket.ack(await socket.message('verb:hook'), [{ verb: 'answer' }]);
  socket.socket.close(1011);
  const second = await server.socket(2);
  second.socket.close(1011);
  const { code, out } = await exit;
  expect(JSON.parse(out)).toMatchObject({
    scenario: 'inbound-ivr',
    ok: false,
    calls: [{ outcome: { reason: 'lost' } }],
  });
  expect(code).toBe(1);
});

test('the command places scripted calls, sums them up and ends with 0', async () => {
  const server = await startRawServer();
  const script = scriptFile('menu.json', JSON.stringify({ caller: [{ onHook: '/menu', speech: 'hello' }] }));
  const { exit } = simulate('--url', server.url, '--calls', '2', '--rate', '100', '--speed', '50', '--script', script);
  const heard = [1, 2].map(async (number) => {
    const socket = await server.socket(number);
    socket.ack(await socket.message('session:new'), [{ verb: 'gather', actionHook: '/menu', input: ['speech'] }]);
    const hook = await socket.message('verb:hook');
    socket.ack(hook, [{ verb: 'hangup' }]);
    return hook['data'];
  });
  expect(await Promise.all(heard)).toMatchObject([{ reason: 'speechDetected' }, { reason: 'speechDetected' }]);
  const { code, out } = await exit;
  expect(out).toMatch(/2 of 2 calls completed/);
  expect(code).toBe(0);
});

test('it ends with 1 and the reasons when calls were rejected', async () => {
  const server = await startRawServer();
  const { exit } = simulate('--url', server.url, '--json');
  const socket = await server.socket();
  socket.ack(await socket.message('session:new'), [{ verb: 'say', txet: 'typo' }]);
  const { code, out } = await exit;
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ rejected: 1, reasons: { 'rejected: say: unknown property txet': 1 } });
});

test('Ctrl-C hangs up the calls that are up and still prints the summary', async () => {
  const server = await startRawServer();
  const { child, exit } = simulate('--url', server.url, '--calls', '1');
  const socket = await server.socket();
  socket.ack(await socket.message('session:new'), [{ verb: 'answer' }, { verb: 'pause', length: 1000 }]);
  await socket.status('call:status', { call_status: 'in-progress' });
  child.kill('SIGINT');
  await socket.status('call:status', { call_status: 'completed', call_termination_by: 'caller' });
  const { code, out } = await exit;
  expect(out).toMatch(/1 of 1 calls completed/);
  expect(code).toBe(0);
});

test.each([
  ['no URL', [], /--url is missing/],
  ['an unknown flag', ['--url', 'ws://x', '--cals', '3'], /--cals/],
  ['a number that is none', ['--url', 'ws://x', '--calls', 'many'], /--calls must be a number/],
  ['an unknown scenario', ['--url', 'ws://x', '--scenario', 'nonsense'], /unknown scenario nonsense/],
  ['a script that is no file', ['--url', 'ws://x', '--script', '/nowhere.json'], /nowhere\.json/],
  [
    'a script with a fault',
    ['--url', 'ws://x', '--script', scriptFile('bad.json', '{"caller":[{"onHook":"/a"}]}')],
    /caller\[0\]/,
  ],
])('a command line with %s ends with 2 and says what is wrong', async (_what, args, reason) => {
  const { code, out, err } = await simulate(...args).exit;
  expect(code).toBe(2);
  expect(err).toMatch(reason);
  expect(out).toBe('');
});
