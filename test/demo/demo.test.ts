import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../dist/demo/main.js');
const children = new Set<ChildProcess>();

afterEach(() => {
  for (const child of children) child.kill('SIGTERM');
  children.clear();
});

interface Exit {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command, among settings that are meant for another jambus. */
function demo(...args: string[]): { readonly child: ChildProcess; readonly exit: Promise<Exit> } {
  if (!existsSync(MAIN)) throw new Error('the demo is not built: run the build first');
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', JAMBUS_HOOK_POLICY: 'await', JAMBUS_BUS: 'nats' };
  delete env['FORCE_COLOR'];
  const child = spawn(process.execPath, [MAIN, ...args], { env });
  children.add(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => {
    out += String(data);
  });
  child.stderr.on('data', (data) => {
    err += String(data);
  });
  const exit = new Promise<Exit>((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  return { child, exit };
}

/** What a reader of the timeline has to find, in this order. */
const STORY = [
  /jambonz → gateway +session:new +\+15083084809 calls/,
  /bus → ivr +session:new +#1 /,
  /ivr → bus +ack +\[answer\] answer, say/,
  /gateway → jambonz +ack +config notifyEvents, answer, say/,
  /ivr → bus +redirect +\[introduce\] queued: say b5e39996 "Hello it's me Mario"/,
  /bus → ivr +result +\[introduce\] delivered/,
  /bus → ivr +verb:status +#\d+ say b5e39996 starting, caused by \[introduce\]/,
  /bus → ivr +verb:status +#\d+ say b5e39996 finished, caused by \[introduce\]/,
  /ivr → bus +redirect +\[ask\] gather \/order/,
  /bus → ivr +verb:hook +#\d+ \/order: the caller says "One margherita"/,
  /ivr → bus +ack +\[confirm\] say goodbye/,
  /gateway → jambonz +ack +say goodbye/,
  /ivr → bus +call:status +\[hang-up\] call_status completed/,
  /bus → ivr +call:status +#\d+ completed/,
  /^✓ 13 of 13 steps in order; \d+ events numbered without a gap/,
];

test('the demo shows the whole call in order, ticks every step once and ends with 0', async () => {
  const { code, out, err } = await demo().exit;
  expect([code, err]).toEqual([0, '']);
  const lines = out.split('\n');
  let at = -1;
  for (const part of STORY) {
    const found = lines.findIndex((line, index) => index > at && part.test(line));
    expect([part, found]).not.toEqual([part, -1]);
    at = found;
  }
  expect(out).toMatch(/\[introduce\] b5e39996 started[\s\S]*\[introduce\] b5e39996 finished/);
  expect(lines.filter((line) => /^✓ +\d/.test(line) && line.includes('→'))).toHaveLength(13);
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
});

/** What is particular about the other calls, in order. */
test.each([
  [
    'outbound-confirm',
    [
      /jambonz → gateway +call:status +ringing$/m,
      /jambonz → gateway +session:new/,
      /bus → ivr +dial:confirm +#\d+ \/confirm/,
      /ivr → bus +ack +\[whisper\] say "A customer/,
      /gateway → jambonz +ack +say "A customer/,
      /bus → ivr +verb:hook +#\d+ \/dialled: completed/,
      /^✓ 12 of 12 steps in order/m,
    ],
  ],
  [
    'queue-wait',
    [
      /bus → ivr +verb:hook +#\d+ \/music/,
      /gateway → jambonz +ack +play .*hold-music/,
      /bus → ivr +verb:hook +#\d+ \/music/,
      /gateway → jambonz +ack +play .*hold-music/,
      /bus → ivr +verb:hook +#\d+ \/left/,
      /^✓ 12 of 12 steps in order/m,
    ],
  ],
])('--scenario %s', async (name, story) => {
  const { code, out, err } = await demo('--scenario', name).exit;
  expect([code, err]).toEqual([0, '']);
  let rest = out;
  for (const part of story) {
    const found = rest.search(part);
    expect([part, found]).not.toEqual([part, -1]);
    rest = rest.slice(found + 1);
  }
  expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
});

/** The lines of a tree without service and times. */
function namesIn(tree: string): string[] {
  return tree.split('\n').map((line) => line.replace(/ {2,}\S+ +[\d.]+ +[\d.]+$/, '').trimEnd());
}

test('with --trace it shows how the call was answered, from jambonz to its websocket', async () => {
  const { code, out, err } = await demo('--trace').exit;
  expect([code, err]).toEqual([0, '']);
  const [, tree = ''] = /\n(jambonz\n└[\s\S]*?)\n\n/.exec(out) ?? [];
  expect(namesIn(tree)).toEqual([
    'jambonz',
    '└ websocket receive session:new',
    '  └ link event',
    '    └ send jambonz.events',
    '      └ ivr answer',
    '        └ process jambonz.commands',
    '          ├ validate command',
    '          └ route command',
    '            └ link command',
    '              └ deliver ack',
    '                ├ websocket write',
    '                └ send jambonz.results',
  ]);
  expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, shown = ''] = /```\n(jambonz\n└[\s\S]*?)\n```/.exec(readme) ?? [];
  expect(namesIn(shown)).toEqual(namesIn(tree));
});

test('a caller who hangs up early makes it fail with the step and with what came instead', async () => {
  const { code, out, err } = await demo('--caller-hangs-up-after', '300').exit;
  expect(err).toMatch(/^✗ step 5 of 13, its say begins: instead, this came: bus → ivr call:status #\d+ completed/m);
  expect(out).not.toMatch(/13 of 13/);
  expect(code).toBe(1);
});

test('told to stop in the middle, it clears away and ends with 130', async () => {
  const { child, exit } = demo();
  await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
  child.kill('SIGTERM');
  expect(await exit).toMatchObject({ code: 130, err: '' });
});

test('an unknown scenario is refused with those that there are', async () => {
  const { code, err } = await demo('--scenario', 'nobody').exit;
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/expected one of order, outbound-confirm, queue-wait, got nobody/),
  ]);
});

test('an unknown option is refused with the help', async () => {
  const { code, out, err } = await demo('--caller-hangs-up-after', 'soon').exit;
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/got soon[\s\S]*pnpm demo \[options\]/);
});

test('the IVR knows nothing of jambus but its HTTP door', () => {
  const stories = readdirSync(join(import.meta.dirname, 'stories')).filter((file) => file.endsWith('-dialogue.ts'));
  expect(stories).toHaveLength(3);
  const files = ['ivr.ts', 'http-bus.ts', 'server-sent-events.ts', ...stories.map((file) => join('stories', file))];
  const imports = files.flatMap((file) => [
    ...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/\bfrom '\.+\/(.*)'/g),
  ]);
  expect(new Set(imports.map(([, from]) => from))).toEqual(new Set(['http-bus.ts', 'server-sent-events.ts', 'ivr.ts']));
});
