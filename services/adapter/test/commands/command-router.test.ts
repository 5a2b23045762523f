import { setTimeout as sleep } from 'node:timers/promises';
import { busNames, type OpenedFrame } from '@jambus/schema';
import { NO_SPAN, NO_TRACING } from '@jambus/telemetry';
import { createAdapterSpans } from '../../src/adapter-spans.ts';
import { type CallDirectory, createCallDirectory } from '../../src/calls/call-directory.ts';
import { type CommandRouter, createCommandRouter, type Routable } from '../../src/commands/command-router.ts';
import type { GatewayLink, LinkCommand, LinkOutcome } from '../../src/link/gateway-link.ts';

/** A gateway link that answers with the outcomes it was given, in turn, then `delivered`. */
function fakeLink(outcomes: (LinkOutcome | (() => LinkOutcome))[] = []) {
  const delivered: LinkCommand[] = [];
  const link: GatewayLink = {
    url: 'ws://test',
    gateway: 'gw',
    isReady: true,
    connection: 1,
    commandsUnderWay: 0,
    windowFill: 0,
    async deliver(command) {
      delivered.push(command);
      const next = outcomes.shift() ?? { status: 'delivered' as const };
      return typeof next === 'function' ? next() : next;
    },
    taken() {},
    sendKnown() {},
    sendElsewhere() {},
    run: async () => {},
  };
  return { link, delivered };
}

const OPENED: OpenedFrame = { t: 'opened', call: 'c', epoch: 1, since: 0, application: '/', resumed: false };

function command(ttlMs = 60_000): LinkCommand {
  return { call: 'c', id: 'i', position: '0/1', name: 'redirect', verbs: [], expires: Date.now() + ttlMs };
}

function routable(what = command(), publishedAt = Date.now()): Routable {
  return { command: what, payload: Buffer.from('{}'), publishedAt, span: NO_SPAN };
}

const NO_SPANS = createAdapterSpans(NO_TRACING, { driver: 'memory', names: busNames(), traceparentOf: () => '' });
const NEVER = new AbortController().signal;

describe('command router', () => {
  let directory: CallDirectory<GatewayLink>;
  let router: CommandRouter;
  let complete: boolean;

  beforeEach(() => {
    complete = true;
    directory = createCallDirectory<GatewayLink>({
      endedCallMemory: 10,
      isComplete: () => complete,
      lastEventOf: async () => undefined,
      onKnown: () => {},
      onGone: () => {},
    });
    router = createCommandRouter({ directory, unknownCallGraceMs: 50, spans: NO_SPANS, linkLatency: { record() {} } });
  });
  afterEach(() => directory.close());

  test('delivers to the gateway that has the call', async () => {
    const { link, delivered } = fakeLink();
    directory.opened(link, OPENED);
    await expect(router.route(routable(), NEVER)).resolves.toEqual({ status: 'delivered' });
    expect(delivered).toHaveLength(1);
  });

  test('a command that overtakes the news of its call waits for the news', async () => {
    const { link } = fakeLink();
    const outcome = router.route(routable(), NEVER);
    directory.opened(link, OPENED);
    await expect(outcome).resolves.toEqual({ status: 'delivered' });
  });

  test('a call that no gateway has is refused, once all gateways could tell', async () => {
    await expect(router.route(routable(), NEVER)).resolves.toMatchObject({ code: 'unknown_call' });
  });

  test('many commands for a call that never was do not wait one after the other', async () => {
    const outcome = await router.route(routable(command(), Date.now() - 60_000), NEVER);
    expect(outcome).toMatchObject({ code: 'unknown_call' });
  });

  test('while a gateway is out of reach nobody is told that a call does not exist', async () => {
    complete = false;
    const { link } = fakeLink();
    const outcome = router.route(routable(), NEVER);
    await sleep(120);
    directory.opened(link, OPENED);
    await expect(outcome).resolves.toEqual({ status: 'delivered' });
  });

  test('a command that a gateway gives back goes to where the call is next', async () => {
    const next = fakeLink();
    const first = fakeLink([
      () => {
        directory.gatewayLost(first.link);
        setImmediate(() => directory.opened(next.link, { ...OPENED, resumed: true }));
        return { status: 'returned' };
      },
    ]);
    directory.opened(first.link, OPENED);
    await expect(router.route(routable(), NEVER)).resolves.toEqual({ status: 'delivered' });
    expect([first.delivered.length, next.delivered.length]).toEqual([1, 1]);
  });

  test('a command for a call between two gateways waits until it expires, and is then never sent', async () => {
    const { link, delivered } = fakeLink();
    directory.opened(link, OPENED);
    directory.gatewayLost(link);
    await expect(router.route(routable(command(40)), NEVER)).resolves.toMatchObject({ code: 'expired' });
    directory.opened(link, OPENED);
    expect(delivered).toEqual([]);
  });

  test('an expired command is not sent at all', async () => {
    const { link, delivered } = fakeLink();
    directory.opened(link, OPENED);
    await expect(router.route(routable(command(-1)), NEVER)).resolves.toMatchObject({ code: 'expired' });
    expect(delivered).toEqual([]);
  });

  test('a call that ended while the command waited is refused with call_ended', async () => {
    const { link } = fakeLink([{ status: 'returned' }]);
    directory.opened(link, OPENED);
    const outcome = router.route(routable(), NEVER);
    directory.closed(link, { t: 'closed', call: 'c', reason: 'ended', epoch: 1, sequence: 1 }, Buffer.alloc(0));
    await expect(outcome).resolves.toMatchObject({ code: 'call_ended' });
  });

  test('a stop leaves the command to whoever comes next', async () => {
    const stop = new AbortController();
    complete = false;
    const outcome = router.route(routable(), stop.signal);
    stop.abort();
    await expect(outcome).resolves.toEqual({ status: 'stopped' });
  });
});
