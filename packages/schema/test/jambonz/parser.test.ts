import * as fc from 'fast-check';
import { createCommandParser, describeFaults, type Fault, MAX_DETAIL_LENGTH } from '../../src/jambonz/index.ts';
import { memberBytes } from '../../src/jambonz/json/member-bytes.ts';
import { besides, SAMPLES } from './samples.ts';
import { accept, bytes, command, GENERATIONS, json, parserWith, refuse } from './support.ts';

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

test.each([
  ['nothing', '', '$: the payload is empty'],
  ['no JSON', 'hello', '$: the payload is not JSON'],
  ['JSON that ends too early', '{"type":"command"', '$: the payload is not JSON'],
  ['a byte order mark', '\ufeff{}', '$: the payload begins with a byte order mark; send plain UTF-8'],
  ['an array', [], '$: the payload must be one JSON object, got an empty array'],
  ['a plain value', '5', '$: the payload must be one JSON object, got 5'],
  ['null', 'null', '$: the payload must be one JSON object, got null'],
  ['a prototype', '{"__proto__":{"a":1}}', '$: the payload has a property named "__proto__"'],
  [
    'a prototype in a verb',
    '{"type":"command","command":"redirect","data":[{"verb":"say","\\u005f_proto__":1}]}',
    '$: the payload has a property named "__proto__"',
  ],
  ['too deep an array', `{"data":${deep(5000)}}`, '$: the payload is nested more than 64 levels deep'],
  [
    'more properties than any application has',
    JSON.stringify(Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`x${n}`, 1]))),
    '$: the payload has more than 10000 properties',
  ],
  ['an unknown type', { type: 'acc' }, '$.type: "type" must be "command" or "ack", got "acc"; did you mean "ack"?'],
])('%s is refused, and says so', (_what, payload, message) => {
  const messages = refuse(payload);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toContain(message);
});

test('bytes that are not UTF-8 are refused', () => {
  const result = createCommandParser().parse(new Uint8Array([0x7b, 0xff, 0x7d]));
  expect(result.ok ? [] : result.faults).toMatchObject([
    { message: '$: the payload is not UTF-8 text', expected: 'UTF-8 text' },
  ]);
});

test('the text of a broken payload does not get into the message', () => {
  expect(refuse('{"token":s3cret}').join()).not.toContain('s3cret');
});

test('a fault says where, what was expected, what came, and all of it in a sentence', () => {
  const result = parserWith().parse(bytes(command('redirect', [{ verb: 'gather', input: ['speach'] }])));
  expect(result.ok ? [] : result.faults).toEqual([
    {
      path: '$.data[0].input[0]',
      expected: '"speech" or "digits"',
      got: '"speach"',
      message: '$.data[0].input[0]: "gather" takes "speech" or "digits" here, got "speach"; did you mean "speech"?',
    },
  ]);
});

test('the verbs of a redirect can serve as the data of an ack, as a view into its payload', () => {
  const payload = bytes(
    '{"data" : [ {"verb":"say","text":"}],\\"data\\":[é"} ] ,"type":"command","command":"redirect"}',
  );
  const result = parserWith().parse(payload);
  const application = result.ok && result.kind === 'command' ? result.applicationBytes() : undefined;
  expect(new TextDecoder().decode(application)).toBe('[ {"verb":"say","text":"}],\\"data\\":[é"} ]');
  expect(application?.buffer).toBe(payload.buffer);
});

test('no application comes out of an empty redirect, of hooks, or of other commands', () => {
  for (const data of [[], { call_hook: '/a' }])
    expect(accept(command('redirect', data)).applicationBytes()).toBeUndefined();
  expect(accept(command('config', { notifyEvents: true })).applicationBytes()).toBeUndefined();
  expect(accept(command('tts:flush', [{ verb: 'hangup' }])).applicationBytes()).toBeUndefined();
});

test('the application is found behind names that are spelled with escapes', () => {
  const result = accept('{"type":"command","command":"redirect","d\\u0061ta":[{"verb":"answer"}]}');
  expect(json(result.applicationBytes())).toEqual([{ verb: 'answer' }]);
  const twice = accept('{"type":"command","command":"redirect","data":[],"d\\u0061ta":[{"verb":"answer"}]}');
  expect(json(twice.applicationBytes())).toEqual([{ verb: 'answer' }]);
});

test('a command inside a larger buffer is read from its own bytes', () => {
  const whole = bytes(`xx${JSON.stringify(command('mute:status', { mute_status: 'mute' }))}yy`);
  expect(parserWith().parse(whole.subarray(2, whole.length - 2)).ok).toBe(true);
});

test('many faults are counted, not listed, and the detail stays short', () => {
  const verbs = Array.from({ length: 1000 }, () => ({ verb: 'sya', [`x${'y'.repeat(500)}`]: 1 }));
  const result = parserWith().parse(bytes(command('redirect', verbs)));
  const faults: readonly Fault[] = result.ok ? [] : result.faults;
  expect(faults).toHaveLength(20);
  const detail = describeFaults(faults);
  expect(detail.length).toBeLessThanOrEqual(MAX_DETAIL_LENGTH);
  expect(detail).toMatch(/^\$\.data\[0\]: jambonz has no verb "sya"; did you mean "say"\? \| .* and \d+ more$/);
});

test('one fault of any length makes a detail of bounded length', () => {
  const names = { ['n'.repeat(5000)]: 1, ['m'.repeat(5000)]: 'v'.repeat(5000) };
  for (const sent of [
    command('x'.repeat(5000), []),
    command('redirect', [{ verb: 'say', ...names }]),
    { ...command('redirect', []), ...names },
  ]) {
    const result = parserWith().parse(bytes(sent));
    expect(describeFaults(result.ok ? [] : result.faults).length).toBeLessThanOrEqual(MAX_DETAIL_LENGTH);
    expect(result.ok).toBe(false);
  }
});

test('no faults make no detail', () => {
  expect(describeFaults([])).toBe('');
});

const anyRules = fc.record({
  unknownCommands: fc.constantFrom('refuse' as const, 'pass' as const),
  platform: fc.constantFrom(...GENERATIONS),
  normalise: fc.boolean(),
});
const sampleMessages = Object.entries(SAMPLES).flatMap(([name, samples]) =>
  samples.map((data) => command(name, data, besides(name))),
);

test('no payload makes the parser throw', () => {
  const names = fc.constantFrom(...Object.keys(SAMPLES));
  const payloads = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.json().map(bytes),
    fc.tuple(names, fc.jsonValue()).map(([name, data]) => bytes(command(name, data))),
    fc
      .tuple(names, fc.array(fc.dictionary(fc.constantFrom('verb', 'say', 'text', 'id', '__proto__'), fc.jsonValue())))
      .map(([name, data]) => bytes(command(name, data))),
    fc.jsonValue().map((data) => bytes({ type: 'ack', msgid: 'm', data })),
  );
  fc.assert(
    fc.property(payloads, anyRules, (payload, rules) => {
      const result = parserWith(rules).parse(payload);
      if (!result.ok) expect(result.faults.length).toBeGreaterThan(0);
    }),
    { numRuns: 800 },
  );
});

test('a valid command with one of its values replaced is accepted or refused, never half read', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...sampleMessages),
      fc.jsonValue(),
      fc.nat(),
      anyRules,
      (message, value, seed, rules) => {
        const result = parserWith(rules).parse(bytes(replaceOne(message, seed, value)));
        if (!result.ok) expect(describeFaults(result.faults)).toMatch(/^\$/);
        else if (result.kind === 'command')
          expect(json(result.payload)).toMatchObject({ type: 'command', command: result.command });
      },
    ),
    { numRuns: 800 },
  );
});

test('normalising what was normalised changes nothing, not a byte', () => {
  const words = fc.constantFrom(
    'mute',
    'unmute',
    'hold',
    'pause',
    'completed',
    '1',
    '-6',
    0,
    { gain: 3 },
    { status: 'mute' },
  );
  const datas = fc.oneof(
    words,
    fc.constantFrom({ method: 'INFO', content: 'x' }, { digit: '1' }, [{ verb: 'play', url: 'a' }], {
      verb: 'say',
      text: 'a',
    }),
  );
  let changed = 0;
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(SAMPLES)), datas, (name, data) => {
      const first = bytes(command(name, data, besides(name)));
      const once = parserWith().parse(first);
      if (!once.ok || once.kind !== 'command') return;
      if (once.payload !== first) changed += 1;
      const twice = parserWith().parse(once.payload);
      expect(twice.ok && twice.kind === 'command' && twice.payload).toBe(once.payload);
    }),
    { numRuns: 800 },
  );
  expect(changed).toBeGreaterThan(20);
});

test('the bytes of a member are those that stand in the text, however it is written', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('data', 'a', 'b c', 'd"e'), fc.jsonValue()),
      fc.nat({ max: 3 }),
      (object, indent) => {
        const found = memberBytes(bytes(JSON.stringify(object, null, indent)), 'data');
        if (Object.keys(object).some((name) => name.includes('"'))) expect([undefined, true]).toContain(found && true);
        else expect(json(found)).toEqual('data' in object ? JSON.parse(JSON.stringify(object['data'])) : undefined);
      },
    ),
    { numRuns: 500 },
  );
  expect(json(memberBytes(bytes('{"data":1,"data":2}'), 'data'))).toBe(2);
});

// 60,000 headers took 380 ms, for which no other call had the event loop.
test('headers of a SIP request are counted before anything is done with them', () => {
  const headers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`X-${n}`, 'v']));
  const sipRequest = (count: number) => command('sip:request', { method: 'INFO', headers: headers(count) });
  accept(sipRequest(1_000));
  expect(refuse(sipRequest(1_001)).join()).toMatch('at most 1000 properties');
  expect(refuse(sipRequest(60_000)).join()).toMatch('more than 10000 properties');
});

/** A copy of `value` with its `seed`th inner value (counted through, wrapping around) replaced. */
function replaceOne(value: unknown, seed: number, by: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
  const visit = (holder: unknown): void => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const key of Object.keys(holder)) {
      places.push({ holder: holder as Record<string, unknown>, key });
      visit((holder as Record<string, unknown>)[key]);
    }
  };
  visit(copy);
  const place = places[seed % places.length];
  if (place !== undefined && place.key !== 'type') place.holder[place.key] = by;
  return copy;
}
