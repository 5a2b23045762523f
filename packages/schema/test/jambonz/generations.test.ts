import { COMMAND_NAMES, type ParsedCommand, type PlatformGeneration } from '../../src/jambonz/index.ts';
import { besides, SAMPLES } from './samples.ts';
import { accept, command, GENERATIONS, refuse } from './support.ts';

const NEWER = [
  'agent:update',
  'llm:status',
  'noiseIsolation:status',
  'room:play',
  'room:say',
  'stt:reconfigure',
  'tag',
];

function sent(name: string, data: unknown, platform: PlatformGeneration): ParsedCommand {
  return accept(command(name, data, besides(name)), { platform });
}

test.each(COMMAND_NAMES)(
  '%s is accepted for every generation, with a warning only where its effect is lost',
  (name) => {
    for (const data of SAMPLES[name]) {
      expect(sent(name, data, '10.x').warnings).toEqual([]);
      expect(sent(name, data, 'tolerant').warnings).toEqual([]);
      const lost = NEWER.includes(name) || /silence|move-to-room/.test(JSON.stringify(data) ?? '');
      const found = sent(name, data, 'open-source-0.9').warnings.map(({ code }) => code);
      // `silence` of record is another thing than that of listen:status.
      expect(found).toEqual(lost && name !== 'record' ? ['no-effect'] : []);
    }
  },
);

test('a warning says what is lost, and where', () => {
  expect(sent('tag', {}, 'open-source-0.9').warnings).toEqual([
    {
      code: 'no-effect',
      path: '$.command',
      message: '$.command: jambonz 0.9.8 has no command "tag" and only logs it: it has no effect there',
    },
  ]);
  const move = { stream_status: 'move-to-room', room: 'r' };
  expect(sent('stream:status', move, 'open-source-0.9').warnings).toEqual([
    {
      code: 'no-effect',
      path: '$.data.stream_status',
      message: '$.data.stream_status: jambonz 0.9.8 ignores "move-to-room" here: it has no effect there',
    },
  ]);
});

test.each([
  ['llm:status', { llm_status: 'pause' }],
  ['llm:status', { llm_status: 'move-to-room' }],
  ['llm:status', { llm_status: 'move-to-room', room: '' }],
  ['stream:status', { stream_status: 'move-to-room' }],
  ['stream:status', { stream_status: 'pause', room: 'r' }],
  ['listen:status', { listen_status: 'move-to-room', room: 'r' }],
])('%s with %j is refused on every generation', (name, data) => {
  for (const platform of GENERATIONS) expect(refuse(command(name, data), { platform })).not.toHaveLength(0);
});

test('what a newer command says in a room is judged as newer servers do', () => {
  const say = { text: 'a', replace: true, synthesizer: { vendor: 'x', options: {} } };
  expect(sent('room:say', say, 'open-source-0.9').warnings).toHaveLength(1);
  expect(refuse(command('room:say', { txt: 'a' }))).toHaveLength(1);
});

test.each([
  ['redirect', [{ verb: 'answer' }], {}, 'replaces'],
  ['redirect', [{ verb: 'answer' }], { queueCommand: false }, 'replaces'],
  ['redirect', [{ verb: 'answer' }], { queueCommand: true }, 'queues'],
  ['redirect', [], {}, 'replaces'],
  ['redirect', { call_hook: '/a' }, {}, 'replaces'],
  ['redirect', { call_hook: '/a' }, { queueCommand: true }, 'replaces'],
  ['redirect', { call_hook: '/a', child_call_hook: '/b' }, {}, 'replaces'],
  ['redirect', { parent_call: [{ verb: 'answer' }] }, {}, 'replaces'],
  ['redirect', { child_call_hook: '/b' }, {}, 'keeps'],
  ['config', { notifyEvents: true }, {}, 'keeps'],
  ['whisper', { whisper: [{ verb: 'say', text: 'a' }] }, {}, 'keeps'],
  ['call:status', { call_status: 'completed' }, {}, 'keeps'],
])('%s with %j and %j beside it: the application is %s', (name, data, more, application) => {
  expect(accept(command(name, data, more)).application).toBe(application);
});

test('a command that nobody knows changes no application, as far as anybody can tell', () => {
  const parsed = accept(command('brand:new', [{ verb: 'answer' }]), { unknownCommands: 'pass' });
  expect([parsed.application, parsed.warnings, parsed.hooks()]).toEqual(['keeps', [], []]);
});
