import type { CommandRecord, Outcome, Turn } from '@jambus/bus';
import { type CommandResult, createCommandParser, JambusError } from '@jambus/schema';
import { createCommandPipeline } from '../../src/commands/command-pipeline.ts';
import type { Routable, RoutedOutcome } from '../../src/commands/command-router.ts';
import { ALONE } from '../support/alone.ts';
import { recordOf } from '../support/commands.ts';
import { NO_SPANS } from '../support/test-router.ts';

const REDIRECT = JSON.stringify({ type: 'command', command: 'redirect', data: [{ verb: 'hangup' }] });
const PUBLISHED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const GRACE_MS = 500;
const TTL_MS = 30_000;
const NEVER = new AbortController().signal;

interface Published {
  readonly name: string;
  readonly result: CommandResult;
  readonly decided: string | undefined;
}

/** A pipeline whose router gives this outcome. */
function pipeline(outcome: RoutedOutcome, allowCommands?: readonly string[], refusal?: JambusError) {
  const routed: Routable[] = [];
  const published: Published[] = [];
  const histogram = { record() {} };
  const handle = createCommandPipeline({
    parser: createCommandParser({ unknownCommands: 'refuse', platform: 'open-source-0.9', normalise: true }),
    router: {
      async route(routable) {
        routed.push(routable);
        return outcome;
      },
    },
    direct: undefined,
    spans: NO_SPANS,
    latency: { total: histogram, bus: histogram, route: histogram, link: histogram, result: histogram },
    allowCommands,
    commandTtlMs: TTL_MS,
    unknownCallGraceMs: GRACE_MS,
    async publishResult(name, result, _record, decided) {
      if (refusal !== undefined) throw refusal;
      published.push({ name, result, decided });
    },
  });
  const run = (payload: string, more: Partial<CommandRecord> = {}, turn: Partial<Turn> = {}): Promise<Outcome> =>
    handle(recordOf(7, payload, { publishedAt: PUBLISHED_AT, ...more }), NEVER, { ...ALONE, ...turn });
  return { routed, published, run };
}

const SETTLED: RoutedOutcome = { kind: 'settled', code: undefined };
const EXPIRED: RoutedOutcome = {
  kind: 'verdict',
  verdict: { status: 'rejected', code: 'expired', detail: 'late', at: PUBLISHED_AT + TTL_MS },
};

describe('a record that comes ahead of its turn', () => {
  test('is told nothing while the one before it may be, when no gateway decides it', async () => {
    const { run, published } = pipeline(SETTLED);
    const outcome = run('nonsense', { maybeRepeated: true }, { behind: 'log/0/6' });
    await expect(outcome).resolves.toEqual({ kind: 'not-yet', maybeDecided: true });
    expect(published).toEqual([]);
  });

  test('goes back when the router says so', async () => {
    const notYet = { kind: 'not-yet', maybeDecided: true } as const;
    const { run, routed, published } = pipeline(notYet);
    await expect(run(REDIRECT, {}, { behind: 'log/0/6' })).resolves.toEqual(notYet);
    expect([routed[0]?.turn.behind, published]).toEqual(['log/0/6', []]);
  });
});

describe('a record that is no command', () => {
  test.each([
    ['no JSON', 'nonsense', {}],
    ['an unknown type', '{"type":"hello"}', {}],
    ['a time that is none', REDIRECT, { attributes: { expirytime: 'tomorrow' } }],
  ])(
    'is invalid for %s, with the time of the record, so that copies of its result are equal',
    async (_what, payload, more) => {
      const { routed, published, run } = pipeline(SETTLED);
      const outcome = await run(payload, more);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await expect(run(payload, { ...more, maybeRepeated: true })).resolves.toEqual(outcome);
      expect(outcome).toMatchObject({ kind: 'dead-letter', reason: 'invalid' });
      expect(published[0]).toMatchObject({
        name: 'none',
        result: {
          commandId: 'log/0/7',
          callSid: 'c',
          status: 'rejected',
          code: 'invalid',
          at: '2026-01-02T03:04:05.000Z',
        },
        // It says nothing about the call.
        decided: undefined,
      });
      expect(JSON.stringify(published[1])).toBe(JSON.stringify(published[0]));
      expect(routed).toEqual([]);
    },
  );

  test('has the id that its publisher gave it in its result', async () => {
    const { published, run } = pipeline(SETTLED);
    await run('nonsense', { attributes: { id: 'mine' } });
    expect(published[0]?.result.commandId).toBe('mine');
  });

  test('has another id in its result when its own is longer than an id may be', async () => {
    const { published, run } = pipeline(SETTLED);
    await run(REDIRECT, { attributes: { id: 'i'.repeat(60_000) } });
    expect(published[0]?.result).toMatchObject({ commandId: 'log/0/7', code: 'invalid' });
  });

  test.each([undefined, '', '*', '>', 'a.b', 'a b', 'a\rb', 'a\ufffdb', 'é'.repeat(129)])(
    'nor for a call is a dead letter, and nobody has a result of it: %j',
    async (callSid) => {
      const { published, run } = pipeline(SETTLED);
      await expect(run(REDIRECT, { callSid })).resolves.toMatchObject({ kind: 'dead-letter', reason: 'invalid' });
      expect(published).toEqual([]);
    },
  );
});

describe('a command whose result the bus refuses', () => {
  // It was tried three times, with backoff, and those behind it waited.
  test.each([REDIRECT, 'nonsense'])('is a dead letter at once when that is for good: %s', async (payload) => {
    const refusal = new JambusError('bus_refused', 'too large');
    const { run } = pipeline({ kind: 'verdict', verdict: EXPIRED.verdict }, undefined, refusal);
    const detail = 'its result cannot be published: too large';
    await expect(run(payload)).resolves.toEqual({ kind: 'dead-letter', reason: 'internal', detail });
  });

  test('is tried again when that may pass', async () => {
    const refusal = new JambusError('bus_unavailable', 'away');
    const { run } = pipeline({ kind: 'verdict', verdict: EXPIRED.verdict }, undefined, refusal);
    await expect(run(REDIRECT)).rejects.toBe(refusal);
  });
});

describe('a command that publishers may not send', () => {
  const ACK = JSON.stringify({ type: 'ack', msgid: 'm' });

  test.each([
    ['redirect', REDIRECT],
    ['ack', ACK],
  ])('is unauthorized, goes to no gateway, and says who can allow it: %s', async (name, payload) => {
    const { routed, published, run } = pipeline(SETTLED, ['mute', 'dial']);
    await expect(run(payload)).resolves.toEqual({ kind: 'done' });
    expect(published[0]?.result).toMatchObject({ status: 'rejected', code: 'unauthorized' });
    expect(published[0]?.result.detail).toMatch(
      `may send mute, dial, and not "${name}"; whoever runs jambus can add it`,
    );
    expect(routed).toEqual([]);
  });

  test.each([REDIRECT, ACK])('others are sent: %s', async (payload) => {
    const { routed, run } = pipeline(SETTLED, ['redirect', 'ack']);
    await expect(run(payload)).resolves.toEqual({ kind: 'done' });
    expect(routed).toHaveLength(1);
  });
});

describe('a command', () => {
  test('that its gateway decided is done with, and its result comes from there', async () => {
    const { published, run } = pipeline({ kind: 'settled', code: 'duplicate' });
    await expect(run(REDIRECT)).resolves.toEqual({ kind: 'done' });
    expect(published).toEqual([]);
  });

  test('that no gateway can decide has its result from here, with the verdict as it is; one that expired has no mark', async () => {
    const { published, run } = pipeline(EXPIRED);
    await expect(run(REDIRECT)).resolves.toEqual({ kind: 'done' });
    expect(published).toEqual([
      {
        name: 'redirect',
        result: {
          commandId: 'log/0/7',
          callSid: 'c',
          status: 'rejected',
          code: 'expired',
          detail: 'late',
          at: '2026-01-02T03:04:35.000Z',
        },
        decided: undefined,
      },
    ]);
  });

  test.each([
    EXPIRED,
    { kind: 'verdict', verdict: { status: 'rejected', code: 'call_ended', detail: 'over', at: PUBLISHED_AT } },
  ] satisfies RoutedOutcome[])(
    'that is refused out of its turn does not count those in front of it as decided',
    async (outcome) => {
      const { routed, published, run } = pipeline(outcome);
      await run(REDIRECT, {}, { overdue: true });
      expect(routed[0]?.command.overdue).toBe(true);
      expect(published[0]?.decided).toBeUndefined();
    },
  );

  test('whose partition goes is read again', async () => {
    const { published, run } = pipeline({ kind: 'stopped' });
    await expect(run(REDIRECT)).resolves.toMatchObject({ kind: 'retry' });
    expect(published).toEqual([]);
  });

  test('goes to its gateway with everything that decides it, counted from when the broker took it', async () => {
    const { routed, run } = pipeline(SETTLED);
    await run(REDIRECT, { replyTo: 'inbox', attributes: { id: 'mine', ifverbid: 'verb', ifsequence: '4' } });
    const { command, appearBy, maybeRepeated } = routed[0] as Routable;
    expect(command).toEqual({
      call: 'c',
      id: 'mine',
      position: 'log/0/7',
      name: 'redirect',
      verbs: [],
      replaces: true,
      published: PUBLISHED_AT,
      expires: PUBLISHED_AT + TTL_MS,
      ifverbid: 'verb',
      ifsequence: 4,
      replyTo: 'inbox',
    });
    expect([appearBy, maybeRepeated]).toEqual([PUBLISHED_AT + GRACE_MS, false]);
  });

  test('whose publisher has misspelled an attribute tells the gateway so, for its result', async () => {
    const { routed, run } = pipeline(SETTLED);
    await run(REDIRECT, { attributes: { id: 'mine', expiry: '2026-01-31T12:00:00Z' } });
    expect(routed[0]?.command.warning).toBe('the attribute "expiry" has no effect; did you mean "expirytime"?');
  });

  test('that wants its outcome alone says so', async () => {
    const { routed, run } = pipeline(SETTLED);
    await run(REDIRECT, { attributes: { results: 'terminal' } });
    expect(routed[0]?.command.terminalOnly).toBe(true);
  });

  test('that may have been read before says by when its call had to be there then', async () => {
    const { routed, run } = pipeline(SETTLED);
    await run(REDIRECT, { maybeRepeated: true });
    expect(routed[0]?.command.appearBy).toBe(PUBLISHED_AT + GRACE_MS);
    expect(routed[0]?.maybeRepeated).toBe(true);
  });

  test('that answers a hook carries its verbs alone, none of them when it has none', async () => {
    const { routed, run } = pipeline(SETTLED);
    await run('{"type":"ack","msgid":"m","data":[{"verb":"hangup"}]}');
    await run('{"type":"ack","msgid":"m"}');
    expect(routed.map(({ command }) => [command.name, command.msgid])).toEqual(Array(2).fill(['ack', 'm']));
    expect(routed.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['[{"verb":"hangup"}]', '']);
  });
});
