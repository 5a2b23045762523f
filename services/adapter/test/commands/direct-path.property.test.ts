import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Outcome } from '@jambus/bus';
import { createCommandParser } from '@jambus/schema';
import fc from 'fast-check';
import { createCommandPipeline } from '../../src/commands/command-pipeline.ts';
import { createCommandRouter } from '../../src/commands/command-router.ts';
import { createDirectPath } from '../../src/commands/direct-path.ts';
import type { LinkCommand, LinkOutcome } from '../../src/link/gateway-link.ts';
import { recordOf } from '../support/commands.ts';
import { fakeLink } from '../support/fake-link.ts';
import { NO_SPANS } from '../support/test-router.ts';

const parser = createCommandParser({ unknownCommands: 'refuse', platform: 'open-source-0.9', normalise: true });
const histogram = { record() {} };

/** What happens to one command, try by try; behind the last one a gateway settles it. */
interface Course {
  readonly payload: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly callSid: string | undefined;
  readonly maybeRepeated: boolean;
  readonly overdue: boolean;
  readonly behind: string | undefined;
  readonly aborted: boolean;
  readonly ageMs: number;
  readonly allowed: boolean;
  readonly isOnBus: boolean;
  readonly tries: readonly {
    readonly where: 'gateway' | 'between' | 'ended' | 'unknown';
    readonly hasRoom: boolean;
    readonly outcome: LinkOutcome;
  }[];
}

const NOW = 1_700_000_000_000;
const course: fc.Arbitrary<Course> = fc.record({
  payload: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constant('{"type":"command","command":"redirect","data":[{"verb":"say","id":"v","text":"x"}]}'),
    },
    fc.constantFrom('{"type":"ack","msgid":"m"}', '{"type":"command","command":"nonsense"}', 'nonsense', '{}'),
  ),
  attributes: fc.constantFrom({}, { id: 'mine' }, { ifverbid: 'v' }, { expirytime: 'tomorrow' }),
  callSid: fc.oneof({ weight: 9, arbitrary: fc.constant('c') }, fc.constantFrom('a.b', undefined)),
  maybeRepeated: fc.boolean(),
  overdue: fc.boolean(),
  behind: fc.constantFrom(undefined, 'log/0/6'),
  aborted: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  ageMs: fc.constantFrom(0, 100, 40_000),
  allowed: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
  isOnBus: fc.boolean(),
  tries: fc.array(
    fc.record({
      where: fc.oneof(
        { weight: 5, arbitrary: fc.constant('gateway' as const) },
        fc.constantFrom('between' as const, 'ended' as const, 'unknown' as const),
      ),
      hasRoom: fc.boolean(),
      outcome: fc.constantFrom<LinkOutcome>(
        { kind: 'settled', code: undefined },
        { kind: 'settled', code: 'duplicate' },
        { kind: 'returned' },
        { kind: 'lost' },
      ),
    }),
    { maxLength: 4 },
  ),
});

/** What the adapter does with it, told by what others see of that. */
async function runWith(isDirect: boolean, taken: Course): Promise<unknown> {
  const seen: unknown[] = [];
  let tries = 0;
  const current = () => taken.tries[tries] ?? { where: 'gateway', hasRoom: true, outcome: SETTLED };
  const note = (command: LinkCommand, payload: Uint8Array): LinkOutcome => {
    const { outcome } = current();
    tries++;
    seen.push(['sent', command, Buffer.from(payload).toString()]);
    return outcome;
  };
  const link = {
    ...fakeLink(),
    async deliver(command: LinkCommand, payload: Uint8Array) {
      return note(command, payload);
    },
    deliverNow(command: LinkCommand, payload: Uint8Array, signal: AbortSignal, done: (o: LinkOutcome) => void) {
      if (!current().hasRoom || signal.aborted) return false;
      const outcome = note(command, payload);
      void nextTurn().then(() => done(outcome));
      return true;
    },
  };
  const directory = {
    find() {
      const { where } = current();
      if (where === 'gateway') return { at: where, gateway: link };
      if (where === 'between') return { at: where, mayTellUntil: 0 };
      if (where === 'ended') return { at: where, call: { at: NOW, decided: [] } };
      return { at: where, certain: true };
    },
    async changed() {
      seen.push(['waited']);
      // The clock stands still, so the only thing that can change is where the call is.
      if (current().where !== 'gateway') tries++;
    },
    async recollect() {},
  };
  const handle = createCommandPipeline({
    parser,
    router: createCommandRouter({
      directory: directory as unknown as Parameters<typeof createCommandRouter>[0]['directory'],
      lookAgain: async () => {},
      outOfReachMs: 100,
      pastOf: async () => (taken.isOnBus ? { epoch: 1, sequence: 1, decided: 'log/0/9' } : undefined) as never,
      spans: NO_SPANS,
      linkLatency: histogram,
    }),
    direct: isDirect
      ? createDirectPath({
          directory: directory as unknown as Parameters<typeof createDirectPath>[0]['directory'],
          latency: { route: histogram, link: histogram },
        })
      : undefined,
    spans: NO_SPANS,
    latency: { total: histogram, bus: histogram, route: histogram, link: histogram, result: histogram },
    allowCommands: taken.allowed ? undefined : ['mute:status'],
    commandTtlMs: 30_000,
    unknownCallGraceMs: 50,
    async publishResult(name, result, _record, decided) {
      seen.push(['result', name, result, decided]);
    },
  });
  const { callSid, attributes, maybeRepeated } = taken;
  const publishedAt = NOW - taken.ageMs;
  const record = recordOf(7, taken.payload, { callSid, attributes, maybeRepeated, publishedAt });
  const signal = taken.aborted ? AbortSignal.abort() : new AbortController().signal;
  const { overdue } = taken;
  const behind = overdue ? undefined : taken.behind;
  const outcome: Outcome = await handle(record, signal, { overdue, behind, follow: () => seen.push(['follow']) });
  return [outcome, ...seen];
}

const SETTLED: LinkOutcome = { kind: 'settled', code: undefined };

describe('the direct way of a command', () => {
  const { now } = Date;
  beforeEach(() => {
    Date.now = () => NOW;
  });
  afterEach(() => {
    Date.now = now;
  });

  test('ends as the general one does, and sends and publishes the same', async () => {
    await fc.assert(
      fc.asyncProperty(course, async (taken) => {
        expect(await runWith(true, taken)).toEqual(await runWith(false, taken));
      }),
      { numRuns: 500 },
    );
  });
});
