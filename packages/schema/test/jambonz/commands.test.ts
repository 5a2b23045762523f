import { COMMAND_NAMES, type JambonzCommand, type JambonzCommandOf } from '../../src/jambonz/index.ts';
import { besides, SAMPLES } from './samples.ts';
import { accept, acceptAck, bytes, command, json, parserWith, refuse } from './support.ts';

const CASES = Object.entries(SAMPLES).flatMap(([name, samples]) =>
  samples.map((data) => ({ name, data, sample: JSON.stringify(data) ?? 'no data' })),
);

test.each(CASES)('$name is accepted with $sample and sent as the very bytes that came', ({ name, data }) => {
  const payload = bytes(command(name, data, besides(name)));
  const result = parserWith().parse(payload);
  expect(result).toMatchObject({ ok: true, kind: 'command', command: name });
  expect(result.ok && result.kind === 'command' && result.payload).toBe(payload);
});

test.each(CASES)('$name with $sample is accepted without normalising too', ({ name, data }) => {
  expect(accept(command(name, data, besides(name)), { normalise: false }).command).toBe(name);
});

test('every command that is known has a sample', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual([...COMMAND_NAMES].sort());
});

test('the command of the seed page is accepted, and its verb id is known', () => {
  const payload = command('redirect', [{ say: { id: 'b5e39996', text: "Hello it's me Mario" } }], {
    queueCommand: true,
  });
  expect(accept(payload).verbIds).toEqual(['b5e39996']);
});

test('another leg, a queue and a msgid may stand beside data', () => {
  const more = { queueCommand: false, callSid: 'b-leg', msgid: 'm1' };
  expect(json(accept(command('mute:status', { mute_status: 'mute' }, more)).payload)).toMatchObject(more);
});

test('call_sid is refused, because jambonz would act on the A-leg', () => {
  const message =
    '$.call_sid: jambonz ignores "call_sid" in a command and would act on the A-leg; name another leg with "callSid"';
  const sent = command('mute:status', { mute_status: 'mute' }, { call_sid: 'b-leg' });
  expect(refuse(sent)).toEqual([message]);
  expect(refuse({ ...sent, command: 'brand:new' }, { unknownCommands: 'pass' })).toEqual([message]);
});

test.each([
  ['queuecommand', 'queueCommand'],
  ['queue_command', 'queueCommand'],
  ['callsid', 'callSid'],
  ['toolCallId', 'tool_call_id'],
  ['dat', 'data'],
])('the misspelled property %s is refused with %s for a suggestion', (wrong, right) => {
  const message = `$.${wrong}: redirect has no property "${wrong}" here; did you mean "${right}"?`;
  expect(refuse(command('redirect', [], { [wrong]: 'x' }))).toEqual([message]);
});

test('a queueCommand that is no boolean is refused', () => {
  expect(refuse(command('redirect', [], { queueCommand: 'true' }))).toEqual([
    '$.queueCommand: redirect takes true or false here, got "true"',
  ]);
});

test('an unknown command is refused with the nearest one for a suggestion', () => {
  expect(refuse(command('redirct', []))).toEqual([
    '$.command: jambonz has no command "redirct"; did you mean "redirect"?',
  ]);
  expect(refuse(command('conf:mute_status', {}))).toEqual([
    '$.command: jambonz has no command "conf:mute_status"; did you mean "conf:mute-status"?',
  ]);
});

test('an unknown command passes byte for byte when the rules say so, but still has to be a command', () => {
  const payload = bytes('{ "type":"command", "command":"brand:new", "anything": [1] }');
  const result = parserWith({ unknownCommands: 'pass' }).parse(payload);
  expect(result.ok && result.kind === 'command' && result.payload).toBe(payload);
  expect(refuse({ type: 'command' }, { unknownCommands: 'pass' })).toEqual([
    '$.command: a command needs "command" with its name, got nothing',
  ]);
  expect(refuse({ command: 'brand:new' }, { unknownCommands: 'pass' })).toEqual([
    '$.type: "type" must be "command" or "ack", got nothing',
  ]);
});

test.each([
  [
    'call:status',
    { call_status: 'complete' },
    '$.data.call_status: call:status takes "completed" or "no-answer" here, got "complete"; did you mean "completed"?',
  ],
  ['mute:status', { mute_status: 'loud' }, '$.data.mute_status: mute:status takes "mute" or "unmute" here, got "loud"'],
  [
    'conf:mute-status',
    { conf_mute_status: true },
    '$.data.conf_mute_status: conf:mute-status takes "mute" or "unmute" here, got true',
  ],
  [
    'conf:hold-status',
    { conf_hold_status: 'hold', waithook: '/a' },
    '$.data.waithook: conf:hold-status has no property "waithook" here; did you mean "wait_hook"?',
  ],
  [
    'listen:status',
    { listen_status: 'stop' },
    '$.data.listen_status: listen:status takes "pause", "resume" or "silence" here, got "stop"',
  ],
  [
    'sip:request',
    { method: 'info' },
    '$.data.method: sip:request takes "INFO", "NOTIFY" or "MESSAGE" here, got "info"; did you mean "INFO"?',
  ],
  ['sip:request', { content: 'x' }, '$.data.method: sip:request needs "method": "INFO", "NOTIFY" or "MESSAGE"'],
  [
    'sip:request',
    { sip_request: { method: 'INFO', body: 'x' } },
    '$.data.sip_request.body: sip:request has no property "body" here; there is "method", "content_type", "content" or "headers"',
  ],
  [
    'conf:participant-action',
    { action: 'coach' },
    '$.data.tag: conf:participant-action needs "tag": a string that is not empty',
  ],
  [
    'conf:participant-action',
    { action: 'uncoch' },
    '$.data.action: conf:participant-action takes "tag", "coach", "untag", "uncoach", "hold", "unhold", "mute", "unmute" or "kick" here, got "uncoch"; did you mean "uncoach"?',
  ],
  [
    'agent:update',
    { type: 'generate_reply', interupt: true },
    '$.data.interupt: agent:update has no property "interupt" here; did you mean "interrupt"?',
  ],
  [
    'dial',
    { from: '1', to: { type: 'phone', numer: '1' } },
    '$.data.to.numer: dial has no property "numer" here; did you mean "number"?',
  ],
  [
    'dial',
    { from: '1', to: { type: 'phone' } },
    '$.data.call_hook: dial needs "call_hook" or "application_sid": what the new call is to do',
  ],
  [
    'config',
    { notifyEvent: true },
    '$.data.notifyEvent: "config" has no property "notifyEvent" here; did you mean "notifyEvents"?',
  ],
  ['config', { verb: 'say' }, '$.data.verb: "config" takes "config" here, got "say"'],
  ['dub', { action: 'sayOnTrack' }, '$.data.track: "dub" needs "track" here'],
  ['room:say', { txt: 'a' }, '$.data.txt: "say" has no property "txt" here; did you mean "text"?'],
  ['tts:tokens', { id: true, tokens: 'a' }, '$.data.id: tts:tokens takes a number or a string here, got true'],
  [
    'redirect',
    { call_hok: '/a' },
    '$.data.call_hok: redirect has no property "call_hok" here; did you mean "call_hook"?',
  ],
  [
    'redirect',
    { call_hook: '/a', parent_call: [] },
    '$.data.parent_call: redirect has no property "parent_call" here; there is "call_hook" or "child_call_hook"',
  ],
  [
    'record',
    {},
    '$.data.action: record needs "action": "startCallRecording", "stopCallRecording", "pauseCallRecording" or "resumeCallRecording"',
  ],
])('%s with %j says what is wrong', (name, data, message) => {
  expect(refuse(command(name, data))).toContain(message);
});

test('whoever forgets the brackets around a verb is told the forms of redirect', () => {
  expect(refuse(command('redirect', { verb: 'say', text: 'hi' }))).toEqual([
    '$.data: redirect takes an array of verbs, {"call_hook":…,"child_call_hook":…} or ' +
      '{"parent_call":[verbs]} as "data", got an object with "verb", "text"',
  ]);
});

test('a tool output needs the tool_call_id it answers', () => {
  expect(refuse(command('llm:tool-output', { result: 1 }))).toEqual([
    '$.tool_call_id: llm:tool-output needs "tool_call_id": a string that is not empty',
  ]);
});

test('of the commands, only those that jambonz takes without data may lack it', () => {
  const without = COMMAND_NAMES.filter((name) => parserWith().parse(bytes(command(name, undefined, besides(name)))).ok);
  expect(without.sort()).toEqual(['llm:tool-output', 'tts:clear', 'tts:flush']);
});

test('an ack carries its verbs as the bytes that came, and their ids', () => {
  const ack = acceptAck('{"type":"ack","msgid":"m1","data": [ {"verb":"say","id":"a","text":"hi"} ] }');
  expect(ack.msgid).toBe('m1');
  expect(ack.verbIds).toEqual(['a']);
  expect(new TextDecoder().decode(ack.verbs)).toBe('[ {"verb":"say","id":"a","text":"hi"} ]');
});

test('an ack with an empty list carries that list, because jambonz takes it as an application of no verbs', () => {
  const ack = acceptAck('{"type":"ack","msgid":"m1","data":[]}');
  expect([new TextDecoder().decode(ack.verbs), ack.verbIds]).toEqual(['[]', []]);
});

test.each([
  { type: 'ack', msgid: 'm1' },
  { type: 'ack', msgid: 'm1', data: null },
])('an ack without verbs carries none: %j', (ack) => {
  const parsed = acceptAck(ack);
  expect(parsed).toMatchObject({ ok: true, kind: 'ack', msgid: 'm1', verbIds: [], warnings: [], application: 'keeps' });
  expect([parsed.verbs, parsed.hooks()]).toEqual([undefined, []]);
});

test("an ack may carry what the platform's older client sends beside its verbs", () => {
  const more = { command: 'redirect', queueCommand: false };
  const ack = acceptAck({ type: 'ack', msgid: 'm1', ...more, data: [{ verb: 'answer' }] });
  expect(json(ack.verbs)).toEqual([{ verb: 'answer' }]);
  expect(acceptAck({ type: 'ack', msgid: 'm1', ...more, queueCommand: true }).application).toBe('keeps');
  expect(refuse({ type: 'ack', msgid: 'm1', queueCommand: 'yes' })).toHaveLength(1);
});

test('an ack is refused without msgid, with a misspelled one, and with a broken verb', () => {
  expect(refuse({ type: 'ack' })).toEqual(['$.msgid: ack needs "msgid": a string that is not empty']);
  expect(refuse({ type: 'ack', msgid: 'a', msgId: 'a' })).toEqual([
    '$.msgId: ack has no property "msgId" here; did you mean "msgid"?',
  ]);
  expect(refuse({ type: 'ack', msgid: 'a', data: [{ verb: 'say', txt: 'x' }] })).toEqual([
    '$.data[0].txt: "say" has no property "txt" here; did you mean "text"?',
  ]);
  expect(refuse({ type: 'ack', msgid: 'a', data: { verb: 'say' } })).toHaveLength(1);
});

test('the types of commands tell one command from another', () => {
  const mute: JambonzCommandOf<'mute:status'> = {
    type: 'command',
    command: 'mute:status',
    data: { mute_status: 'mute' },
  };
  const redirect: JambonzCommand = {
    type: 'command',
    command: 'redirect',
    queueCommand: true,
    data: [{ say: { text: 'a' } }, { verb: 'pause', length: 1 }],
  };
  const loud: JambonzCommandOf<'mute:status'> = {
    type: 'command',
    command: 'mute:status',
    // @ts-expect-error: not a status
    data: { mute_status: 'loud' },
  };
  // @ts-expect-error: tool_call_id is missing
  const output: JambonzCommandOf<'llm:tool-output'> = { type: 'command', command: 'llm:tool-output', data: {} };
  expect([mute, redirect].map((sent) => parserWith().parse(bytes(sent)).ok)).toEqual([true, true]);
  expect([loud, output].map((sent) => parserWith().parse(bytes(sent)).ok)).toEqual([false, false]);
});
