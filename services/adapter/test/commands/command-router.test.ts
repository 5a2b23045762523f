import { setTimeout as sleep } from 'node:timers/promises';
import type { Turn } from '@jambus/bus';
import type { CallDirectory } from '../../src/calls/call-directory.ts';
import type { GatewayLink } from '../../src/link/gateway-link.ts';
import { ALONE } from '../support/alone.ts';
import { CONTENDER, closedFrame, commandOf, openedFrame, resultFrame } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, type FakeLink, fakeLink } from '../support/fake-link.ts';
import { NO_MEMORY, OUT_OF_REACH_MS } from '../support/test-directory.ts';
import { createTestRouter, GRACE_MS, routable, type TestRouter } from '../support/test-router.ts';

const SETTLED = { kind: 'settled', code: undefined };
const RETURNED: Answer = { kind: 'returned' };
const LOST = { kind: 'lost' } as const;

/** Rejects when a timer is over before the outcome is there. A busy machine holds up both. */
const within = <T>(ms: number, outcome: Promise<T>): Promise<T> =>
  Promise.race([
    outcome,
    sleep(ms).then((): never => {
      throw new Error(`no outcome within ${ms} ms`);
    }),
  ]);

const refused = (code: string, at: number) => ({ kind: 'verdict', verdict: expect.objectContaining({ code, at }) });

describe('command router', () => {
  let made: TestRouter;
  let directory: CallDirectory<GatewayLink>;

  beforeEach(() => {
    made = createTestRouter();
    directory = made.around.directory;
  });
  afterEach(() => directory.close());

  const route = (what = routable(), signal = new AbortController().signal) => made.router.route(what, signal);
  const ttl = (ms: number) => commandOf(1, { expires: Date.now() + ms });
  /** A command that the broker has had for so long. */
  const old = (ageMs: number, ttlMs = 60_000) => {
    const published = Date.now() - ageMs;
    return commandOf(1, { published, expires: published + ttlMs });
  };

  describe('brings a command to the gateway that has its call', () => {
    test('and leaves it to that gateway what comes of it', async () => {
      const link = fakeLink([{ kind: 'settled', code: 'duplicate' }]);
      directory.opened(link, openedFrame());
      await expect(route()).resolves.toEqual({ kind: 'settled', code: 'duplicate' });
      await expect(route()).resolves.toEqual(SETTLED);
      expect(link.delivered).toHaveLength(2);
    });

    test('when it overtakes the news of its call', async () => {
      const outcome = route();
      directory.opened(fakeLink(), openedFrame());
      await expect(outcome).resolves.toEqual(SETTLED);
    });

    test('although it has expired: the gateway may have decided it in time', async () => {
      const link = fakeLink([{ kind: 'settled', code: 'expired' }]);
      directory.opened(link, openedFrame());
      await expect(route(routable(ttl(-1)))).resolves.toEqual({ kind: 'settled', code: 'expired' });
      expect(link.delivered).toHaveLength(1);
    });

    test('wherever that is next, when one gives it back', async () => {
      const next = fakeLink();
      const first = fakeLink([
        () => {
          directory.gatewayLost(first);
          setImmediate(() => directory.opened(next, openedFrame({ contender: CONTENDER })));
          return { kind: 'returned' };
        },
      ]);
      directory.opened(first, openedFrame());
      await expect(route()).resolves.toEqual(SETTLED);
      expect([first.delivered.length, next.delivered.length]).toEqual([1, 1]);
    });

    test('again after a moment, when one gives it back and no news come', async () => {
      const link = fakeLink([RETURNED, RETURNED]);
      directory.opened(link, openedFrame());
      const since = performance.now();
      await expect(route()).resolves.toEqual(SETTLED);
      expect(link.delivered).toHaveLength(3);
      expect(performance.now() - since).toBeGreaterThan(80);
    });
  });

  describe('brings a command ahead of its turn', () => {
    const ahead = (behind: string, follow = () => {}): Turn => ({ overdue: false, behind, follow });

    test('behind the one before it, and says when the next one may follow', async () => {
      const link = fakeLink();
      directory.opened(link, openedFrame());
      let followed = 0;
      const turn = ahead('log/0/7', () => void followed++);
      await expect(route(routable(commandOf(1), { turn }))).resolves.toEqual(SETTLED);
      expect(link.delivered).toMatchObject([{ after: 7 }]);
      expect(followed).toBe(1);
    });

    test('and leaves the others half of the window, and gateways that do not know it alone', async () => {
      const [full, former] = [fakeLink(), fakeLink()];
      Object.assign(full, { windowFill: 0.5 });
      Object.assign(former, { keepsOrder: false });
      let followed = 0;
      for (const link of [full, former]) {
        directory.opened(link, openedFrame());
        await route(routable(commandOf(1), { turn: { ...ALONE, follow: () => void followed++ } }));
      }
      expect(followed).toBe(0);
    });

    test('and hands it back when the gateway does, or is lost with it', async () => {
      for (const outcome of [RETURNED, LOST]) {
        const link = fakeLink([outcome]);
        directory.opened(link, openedFrame());
        const maybeDecided = outcome === LOST;
        await expect(route(routable(commandOf(1), { turn: ahead('log/0/0') }))).resolves.toEqual({
          kind: 'not-yet',
          maybeDecided,
        });
        expect(link.delivered).toHaveLength(1);
      }
    });

    test('and decides nothing of it alone, as the one before it may be decided elsewhere', async () => {
      for (const what of [old(30_000), ttl(-1)]) {
        const outcome = route(routable(what, { turn: ahead('log/0/0') }));
        await expect(outcome).resolves.toEqual({ kind: 'not-yet', maybeDecided: false });
      }
      directory.opened(fakeLink(), openedFrame());
      directory.closed(fakeLink(), closedFrame('ended', { at: 123 }), NO_MEMORY);
      await expect(route(routable(commandOf(1), { turn: ahead('log/0/0') }))).resolves.toMatchObject({
        kind: 'not-yet',
      });
      expect(made.asked).toEqual([]);
    });
  });

  describe('refuses alone what no gateway can decide', () => {
    test('a call that no gateway has, once all could tell, at the time until which it could appear', async () => {
      const what = routable();
      await expect(route(what)).resolves.toEqual(refused('unknown_call', what.appearBy));
    });

    test('many commands for a call that never was do not wait one after the other', async () => {
      const what = routable(old(30_000));
      await expect(route(what)).resolves.toEqual(refused('unknown_call', what.appearBy));
    });

    test('a command that expires before its call could no longer appear, at once when it does', async () => {
      const command = ttl(50);
      const outcome = route(routable(command, { appearBy: Date.now() + 5_000 }));
      await expect(within(2_000, outcome)).resolves.toEqual(refused('expired', command.expires));
    });

    test('a command for a call between two gateways that expires, and is then never sent', async () => {
      const link = fakeLink();
      directory.opened(link, openedFrame());
      directory.gatewayLost(link);
      const command = ttl(40);
      await expect(route(routable(command))).resolves.toEqual(refused('expired', command.expires));
      directory.opened(link, openedFrame());
      expect(link.delivered).toEqual([]);
    });

    test('a call that ended while the command was at its gateway', async () => {
      const link = fakeLink([RETURNED]);
      directory.opened(link, openedFrame());
      const outcome = route();
      directory.closed(link, closedFrame('ended', { at: 123 }), NO_MEMORY);
      await expect(outcome).resolves.toEqual(refused('call_ended', 123));
    });
  });

  describe('does not decide alone what a gateway out of reach may have decided', () => {
    /** A gateway that is cut off with the command. */
    const cutOff = (more: Answer[] = []) => {
      const link: FakeLink = fakeLink([
        () => {
          directory.gatewayLost(link);
          return LOST;
        },
        ...more,
      ]);
      directory.opened(link, openedFrame());
      return link;
    };

    test('but has it told by that gateway when it is back, also after the command has expired', async () => {
      const link = cutOff([{ kind: 'settled', code: 'precondition_failed' }]);
      const outcome = route(routable(ttl(30)));
      await sleep(OUT_OF_REACH_MS / 2);
      directory.opened(link, openedFrame());
      await expect(outcome).resolves.toEqual({ kind: 'settled', code: 'precondition_failed' });
      expect(link.delivered).toHaveLength(2);
    });

    test('nor when an earlier reader of the record may have sent it there', async () => {
      const link = fakeLink([{ kind: 'settled', code: undefined }]);
      directory.opened(link, openedFrame());
      directory.gatewayLost(link);
      const outcome = route(routable(old(30_000, 10_000), { maybeRepeated: true }));
      await sleep(OUT_OF_REACH_MS / 2);
      directory.opened(link, openedFrame());
      await expect(outcome).resolves.toEqual(SETTLED);
    });

    test('nor when it is not known which gateway that is', async () => {
      made.around.complete = false;
      const outcome = route(routable(ttl(30), { maybeRepeated: true }));
      await sleep(OUT_OF_REACH_MS / 2);
      directory.opened(fakeLink(), openedFrame());
      await expect(outcome).resolves.toEqual(SETTLED);
    });

    test('for ever: its publisher is told in the end', async () => {
      const link = cutOff();
      const since = Date.now();
      const command = ttl(30);
      await expect(route(routable(command))).resolves.toEqual(refused('expired', command.expires));
      // The bus was asked before that, for the last time when the decision came.
      expect(Date.now() - since).toBeGreaterThanOrEqual(OUT_OF_REACH_MS);
      expect([made.asked.length, link.delivered.length]).toEqual([2, 1]);
    });

    test('when its result has come to the bus meanwhile by another adapter', async () => {
      cutOff();
      const outcome = route(routable(ttl(30)));
      await sleep(OUT_OF_REACH_MS / 2);
      made.past = { epoch: 1, sequence: 1, decided: 'log/0/1', endedAt: undefined };
      await expect(outcome).resolves.toEqual(SETTLED);
    });

    test('and then says that it has expired, whoever may not know its call', async () => {
      made.around.complete = false;
      const command = ttl(30);
      const outcome = route(routable(command, { maybeRepeated: true, appearBy: Date.now() }));
      await sleep(OUT_OF_REACH_MS / 4);
      made.around.complete = true;
      directory.wakeAll();
      await expect(outcome).resolves.toEqual(refused('expired', command.expires));
    });

    test('but at once when that gateway is no more, has begun a new life, or left the call in good order', async () => {
      for (const end of ['gone', 'new life', 'moved']) {
        const link = cutOff();
        const command = ttl(30);
        const outcome = route(routable(command));
        await sleep(50);
        if (end === 'gone') directory.gatewayGone(link);
        else if (end === 'moved') directory.closed(link, closedFrame('moved'), NO_MEMORY);
        else directory.snapshotComplete({ ...link, boot: 'life-2' });
        await expect(within(OUT_OF_REACH_MS, outcome)).resolves.toEqual(refused('expired', command.expires));
      }
    });

    test('and does not wait for one that has given it back', async () => {
      const link = fakeLink([
        () => {
          directory.gatewayLost(link);
          return { kind: 'returned' };
        },
      ]);
      directory.opened(link, openedFrame());
      const command = ttl(30);
      await expect(route(routable(command))).resolves.toEqual(refused('expired', command.expires));
      expect([Date.now() - command.expires < OUT_OF_REACH_MS, made.asked]).toEqual([true, []]);
    });
  });

  describe('while not every gateway is in reach', () => {
    beforeEach(() => {
      made.around.complete = false;
    });

    test('tells nobody that a call does not exist', async () => {
      const outcome = route();
      await sleep(2 * GRACE_MS + 100);
      directory.opened(fakeLink(), openedFrame());
      await expect(outcome).resolves.toEqual(SETTLED);
      expect(made.looks).toBe(0);
    });

    test('tells that a command has expired', async () => {
      const command = ttl(120);
      await expect(route(routable(command))).resolves.toEqual(refused('expired', command.expires));
    });

    test('leaves a command to whoever comes next when the partition goes', async () => {
      const stop = new AbortController();
      const outcome = route(routable(), stop.signal);
      stop.abort();
      await expect(outcome).resolves.toEqual({ kind: 'stopped' });
    });
  });

  describe('looks once more which gateways there are before a call is unknown', () => {
    test('and delivers to one that was found', async () => {
      const link = fakeLink();
      made.onLook = () => directory.opened(link, openedFrame());
      await expect(route()).resolves.toEqual(SETTLED);
      expect([made.looks, link.delivered.length]).toEqual([1, 1]);
    });

    test('once, and not before its call had the time to appear', async () => {
      const looks: number[] = [];
      made.onLook = () => void looks.push(Date.now());
      const what = routable();
      await route(what);
      expect(looks).toHaveLength(1);
      expect(looks[0]).toBeGreaterThanOrEqual(what.appearBy);
    });

    test('and waits for one that was found and does not answer', async () => {
      made.onLook = () => {
        made.around.complete = false;
      };
      const command = ttl(300);
      await expect(route(routable(command))).resolves.toEqual(refused('expired', command.expires));
    });

    test('and asks the bus then: everything may have been restarted, and the call be about to come back', async () => {
      made.around.past = { epoch: 1, sequence: 3, decided: undefined, endedAt: undefined };
      const outcome = route();
      await eventually(() => expect(directory.size).toBe(1));
      directory.opened(fakeLink(), openedFrame({ contender: CONTENDER }));
      await expect(outcome).resolves.toEqual(SETTLED);
      expect([made.looks, made.around.asked]).toEqual([1, ['c']]);
    });

    test('and tells of a call that has ended before everything was restarted that it has', async () => {
      made.around.past = { epoch: 1, sequence: 3, decided: undefined, endedAt: 123 };
      await expect(route()).resolves.toEqual(refused('call_ended', 123));
    });

    test('but not for a call that is between two, or has ended', async () => {
      const link = fakeLink();
      directory.opened(link, openedFrame());
      directory.gatewayLost(link);
      await route(routable(ttl(20)));
      directory.closed(link, closedFrame('ended'), NO_MEMORY);
      await route();
      expect(made.looks).toBe(0);
    });
  });

  describe('comes to the same verdict whoever looks and whenever', () => {
    test('unknown_call also when the command has expired since', async () => {
      const what = routable(old(30_000, 10_000));
      await expect(route(what)).resolves.toEqual(refused('unknown_call', what.appearBy));
    });

    test('expired when it was over before its call could no longer appear, also later', async () => {
      const what = routable(old(30_000, GRACE_MS / 2));
      await expect(route(what)).resolves.toEqual(refused('expired', what.command.expires));
    });

    test('call_ended also when the command has expired since', async () => {
      const link = fakeLink();
      directory.opened(link, openedFrame());
      const at = Date.now() - 25_000;
      directory.closed(link, closedFrame('ended', { at }), NO_MEMORY);
      await expect(route(routable(old(30_000, 10_000)))).resolves.toEqual(refused('call_ended', at));
    });

    test('what the gateway of an ended call decided last, in every byte', async () => {
      const link = fakeLink();
      directory.opened(link, openedFrame());
      const { verdict } = resultFrame(1, 1);
      directory.closed(link, closedFrame('ended'), NO_MEMORY);
      directory.passed(resultFrame(1, 1));
      await expect(route()).resolves.toEqual({ kind: 'verdict', verdict });
    });

    test('nothing, when a later command of the ended call was decided: the result is on the bus', async () => {
      const link = fakeLink();
      directory.opened(link, openedFrame());
      directory.closed(link, closedFrame('ended'), NO_MEMORY);
      directory.passed(resultFrame(1, 2));
      await expect(route()).resolves.toEqual(SETTLED);
      expect(made.asked).toEqual([]);
    });
  });

  describe('asks the bus about a record that may have been read before', () => {
    const decidedUpTo = (decided: string) => ({ epoch: 1, sequence: 1, decided, endedAt: undefined });
    const again = (command = old(30_000, 10_000)) => routable(command, { maybeRepeated: true });

    test('and does so at once when the gateway of its call is out of reach, and does not wait for that', async () => {
      made.past = decidedUpTo('log/0/1');
      const link = fakeLink();
      directory.opened(link, openedFrame());
      directory.gatewayLost(link);
      await expect(within(OUT_OF_REACH_MS, route(again()))).resolves.toEqual(SETTLED);
    });

    test.each(['unknown', 'between', 'ended'])('and gives no second outcome when its call is %s', async (where) => {
      made.past = decidedUpTo('log/0/1');
      const link = fakeLink();
      if (where !== 'unknown') directory.opened(link, openedFrame());
      if (where === 'between') directory.gatewayLost(link);
      if (where === 'ended') directory.closed(link, closedFrame('ended'), NO_MEMORY);
      const what = again();
      await expect(route(what)).resolves.toEqual(SETTLED);
      expect(made.asked).toEqual([what.command.published]);
    });

    test('and refuses it when only commands before it were decided, or the bus cannot tell', async () => {
      made.past = decidedUpTo('log/0/0');
      const what = again();
      await expect(route(what)).resolves.toEqual(refused('unknown_call', what.appearBy));
      made.past = undefined;
      await expect(route(what)).resolves.toEqual(refused('unknown_call', what.appearBy));
    });

    test('but not about one that nobody can have read, nor one whose gateway decides', async () => {
      made.past = decidedUpTo('log/0/1');
      await expect(route(routable(old(30_000)))).resolves.toMatchObject({ kind: 'verdict' });
      directory.opened(fakeLink(), openedFrame());
      await route(again());
      expect(made.asked).toEqual([]);
    });
  });
});
