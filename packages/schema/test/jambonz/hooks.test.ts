import * as fc from 'fast-check';
import { hooksOf } from '../../src/jambonz/index.ts';
import { accept, acceptAck, command } from './support.ts';

const TARGET = { type: 'phone', number: '1', confirmHook: '/confirm' };

test.each([
  [{ verb: 'gather', actionHook: '/a', partialResultHook: '/p' }, ['actionHook /a', 'partialResultHook /p']],
  [{ gather: { actionHook: { url: '/a', method: 'POST' } } }, ['actionHook /a']],
  [{ gather: { play: { url: 'a', actionHook: '/played' } } }, ['actionHook /played']],
  [
    {
      verb: 'dial',
      actionHook: '/a',
      onHoldHook: '/h',
      referHook: '/r',
      dtmfHook: '/d',
      confirmHook: '/c',
      target: [TARGET, { type: 'user', name: 'a', confirmHook: { url: '/other' } }],
    },
    [
      'actionHook /a',
      'onHoldHook /h',
      'referHook /r',
      'dtmfHook /d',
      'confirmHook /c',
      'confirmHook /confirm',
      'confirmHook /other',
    ],
  ],
  [{ dial: { target: [TARGET] } }, ['confirmHook /confirm']],
  [
    { dial: { target: [], listen: { url: 'wss://a', actionHook: '/l' }, transcribe: { transcriptionHook: '/t' } } },
    ['actionHook /l', 'transcriptionHook /t'],
  ],
  [{ dial: { target: [], amd: { actionHook: '/amd' } } }, ['amd /amd']],
  [{ verb: 'config', amd: { actionHook: '/amd' }, referHook: '/r' }, ['amd /amd', 'referHook /r']],
  [{ verb: 'config', bargeIn: { enable: true, actionHook: '/barged' } }, ['actionHook /barged']],
  [{ verb: 'config', sipRequestWithinDialogHook: '/sip' }, ['sipRequestWithinDialogHook /sip']],
  [{ verb: 'config', transcribe: { enable: true, transcriptionHook: '/t' } }, ['transcriptionHook /t']],
  [
    { verb: 'conference', name: 'c', waitHook: '/w', enterHook: '/e', statusHook: '/s', actionHook: '/a' },
    ['waitHook /w', 'enterHook /e', 'statusHook /s', 'actionHook /a'],
  ],
  [{ enqueue: { name: 'q', waitHook: { url: '/w' }, actionHook: '/a' } }, ['waitHook /w', 'actionHook /a']],
  [
    { verb: 'llm', actionHook: '/a', eventHook: '/e', toolHook: '/t', llmOptions: { toolHook: '/no' } },
    ['actionHook /a', 'eventHook /e', 'toolHook /t'],
  ],
  [{ verb: 'redirect', actionHook: '/a', statusHook: 'wss://b' }, ['actionHook /a', 'statusHook wss://b']],
  [{ verb: 'transcribe', translationHook: '/tr' }, ['translationHook /tr']],
  [
    { gather: { actionHookDelayAction: { actions: [{ verb: 'enqueue', name: 'q', waitHook: '/w' }] } } },
    ['waitHook /w'],
  ],
  [{ verb: 'brand-new', noAnswerHook: '/n' }, ['other /n']],
  [{ verb: 'tag', data: { actionHook: '/no' } }, []],
  [{ tag: { data: { actionHook: '/no' } } }, []],
  [{ verb: 'dial', target: [], headers: { actionHook: '/no' }, tag: { waitHook: '/no' } }, []],
  [{ verb: 'listen', url: 'wss://a', metadata: { waitHook: '/no' } }, []],
  [{ verb: 'gather', actionHook: '' }, []],
  [{ verb: 'gather', actionHook: { method: 'GET' } }, []],
  [{ verb: 'gather', actionHook: ['/a'] }, []],
  [{ verb: 'say', text: 'actionHook' }, []],
])('the hooks of %j', (verb, expected) => {
  expect(hooksOf([verb]).map(({ hook, kind }) => `${kind} ${hook}`)).toEqual(expected);
});

test('a hook that is named twice in one role is listed once, and in two roles twice', () => {
  const verbs = [
    { verb: 'gather', actionHook: '/a' },
    { verb: 'play', url: 'x', actionHook: '/a' },
    { verb: 'enqueue', name: 'q', waitHook: '/a' },
  ];
  expect(hooksOf(verbs)).toEqual([
    { hook: '/a', kind: 'actionHook' },
    { hook: '/a', kind: 'waitHook' },
  ]);
});

test('no value makes looking for hooks fail, and every hook found stands in the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('actionHook', 'amd', 'waitHook', 'x'), (value, name) => {
      const verbs = [value, { [name]: value }];
      for (const { hook } of hooksOf(verbs)) expect(JSON.stringify(verbs)).toContain(JSON.stringify(hook));
    }),
  );
  expect(hooksOf(undefined)).toEqual([]);
  expect(hooksOf(null)).toEqual([]);
});

test('a parsed message tells the hooks it names for its call', () => {
  const gather = { verb: 'gather', actionHook: '/a' };
  const actionHook = [{ hook: '/a', kind: 'actionHook' }];
  expect(accept(command('redirect', [gather])).hooks()).toEqual(actionHook);
  expect(acceptAck({ type: 'ack', msgid: 'm', data: [gather] }).hooks()).toEqual(actionHook);
  expect(accept(command('redirect', { call_hook: '/c', child_call_hook: { url: '/d' } })).hooks()).toEqual([
    { hook: '/c', kind: 'callHook' },
    { hook: '/d', kind: 'childCallHook' },
  ]);
  expect(accept(command('config', { referHook: '/r' })).hooks()).toEqual([{ hook: '/r', kind: 'referHook' }]);
  const hold = { conf_hold_status: 'hold', wait_hook: '/w' };
  expect(accept(command('conf:hold-status', hold)).hooks()).toEqual([{ hook: '/w', kind: 'waitHook' }]);
  const action = { action: 'hold', wait_hook: '/w' };
  expect(accept(command('conf:participant-action', action)).hooks()).toEqual([{ hook: '/w', kind: 'waitHook' }]);
  expect(accept(command('mute:status', 'mute')).hooks()).toEqual([]);
});

test('the hooks of a call that a command places are not those of this call', () => {
  const data = { from: '1', to: { type: 'phone', number: '2' }, call_hook: 'wss://example.com/b' };
  expect(accept(command('dial', data)).hooks()).toEqual([]);
});
