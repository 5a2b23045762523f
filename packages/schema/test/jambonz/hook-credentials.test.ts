import { accept, acceptAck, bytes, command, GENERATIONS, json, parserWith, wireData } from './support.ts';

const DOCUMENTED = { url: 'https://example.com/a', basicAuth: { username: 'u', password: 'p' } };
const BOTH = { ...DOCUMENTED, username: 'u', password: 'p' };
const gather = (hook: unknown) => ({ verb: 'gather', actionHook: hook });

test.each([
  [[gather(DOCUMENTED)], [gather(BOTH)]],
  [[{ gather: { actionHook: DOCUMENTED } }], [{ gather: { actionHook: BOTH } }]],
  [
    [{ verb: 'dial', target: [{ type: 'phone', number: '1', confirmHook: DOCUMENTED }] }],
    [{ verb: 'dial', target: [{ type: 'phone', number: '1', confirmHook: BOTH }] }],
  ],
  [[{ verb: 'config', amd: { actionHook: DOCUMENTED } }], [{ verb: 'config', amd: { actionHook: BOTH } }]],
  [{ call_hook: DOCUMENTED }, { call_hook: BOTH }],
])('of %j, 0.9.8 gets the credentials where it reads them, too', (data, wire) => {
  expect(wireData('redirect', data)).toEqual(wire);
  expect(wireData('redirect', data, { platform: 'tolerant' })).toEqual(wire);
  expect(accept(command('redirect', data)).warnings).toEqual([]);
  expect(wireData('redirect', data, { platform: '10.x' })).toEqual(data);
});

test('the verbs of an ack, and those that an ack takes from a redirect, carry them too', () => {
  const ack = acceptAck({ type: 'ack', msgid: 'm', data: [gather(DOCUMENTED)] });
  expect(json(ack.verbs)).toEqual([gather(BOTH)]);
  expect(json(accept(command('redirect', [gather(DOCUMENTED)])).applicationBytes())).toEqual([gather(BOTH)]);
});

test.each([
  [gather(BOTH)],
  [gather({ url: '/a', username: 'u', password: 'p' })],
  [gather({ ...DOCUMENTED, username: 'other', password: 'p' })],
  [gather('/a')],
  [{ verb: 'tag', data: { actionHook: DOCUMENTED } }],
  [{ verb: 'listen', url: 'wss://a', metadata: { actionHook: DOCUMENTED } }],
  [{ verb: 'say', text: '"basicAuth" \u00e9' }],
])('%j goes to jambonz byte for byte', (verb) => {
  const payload = bytes(command('redirect', [verb]));
  const parsed = parserWith().parse(payload);
  expect(parsed.ok && parsed.kind === 'command' && parsed.payload).toBe(payload);
});

test('the data of an application is left alone, whatever it looks like', () => {
  const data = { someHook: DOCUMENTED };
  expect(wireData('tag', data)).toEqual(data);
  expect(wireData('llm:update', data)).toEqual(data);
});

test('the hooks of a call that a command places carry them too', () => {
  const call = { from: '1', to: { type: 'phone', number: '2' }, call_hook: DOCUMENTED };
  expect(wireData('dial', call)).toEqual({ ...call, call_hook: BOTH });
});

test('names that are spelled with escapes are read all the same', () => {
  const text = JSON.stringify(command('redirect', [gather(DOCUMENTED)])).replace('basicAuth', 'basic\\u0041uth');
  expect(json(accept(text).payload)).toEqual(command('redirect', [gather(BOTH)]));
});

test('when nothing may be changed, a warning says that the credentials will not be read', () => {
  const rules = { normalise: false };
  const warning = {
    code: 'credentials-ignored',
    path: '$.data[0].actionHook',
    message:
      '$.data[0].actionHook: jambonz 0.9.8 ignores "basicAuth" of a hook: it reads "username" and "password" beside "url"',
  };
  expect(accept(command('redirect', [gather(DOCUMENTED)]), rules).warnings).toEqual([warning]);
  expect(acceptAck({ type: 'ack', msgid: 'm', data: [gather(DOCUMENTED)] }, rules).warnings).toEqual([warning]);
  expect(accept(command('redirect', [gather(BOTH)]), rules).warnings).toEqual([]);
  for (const platform of GENERATIONS.filter((name) => name !== 'open-source-0.9')) {
    expect(accept(command('redirect', [gather(DOCUMENTED)]), { ...rules, platform }).warnings).toEqual([]);
  }
});
