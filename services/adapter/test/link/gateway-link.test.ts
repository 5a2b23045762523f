import { type AdapterFrame, FORMER_LINK_SUBPROTOCOL, LINK_SUBPROTOCOL } from '@jambus/link';
import type { LinkOutcome } from '../../src/link/gateway-link.ts';
import { closedFrame, commandOf, openedFrame } from '../support/commands.ts';
import { eventually, settled } from '../support/eventually.ts';
import { type Linked, linked } from '../support/linked.ts';

const NEVER = new AbortController().signal;
const PAYLOAD = Buffer.from('{}');
const RETURNED: LinkOutcome = { kind: 'returned' };

const commands = (frames: readonly AdapterFrame[]) =>
  frames.flatMap((frame) => (frame.t === 'command' ? [[frame.n, frame.id]] : []));
const kinds = (frames: readonly AdapterFrame[]) => frames.map(({ t }) => t);

describe('link to a gateway', () => {
  let linkage: Linked;
  afterEach(() => linkage.close());

  const start = async (options?: Parameters<typeof linked>[0]) => {
    linkage = await linked(options);
    return linkage;
  };
  const deliver = (n: number, signal = NEVER) => linkage.link.deliver(commandOf(n), PAYLOAD, signal);

  test('is ready when the gateway has told its calls, and knows what it was told by then', async () => {
    const { gateway, link, log, opened, closed, recalled } = await start();
    const end = await gateway.connection(0);
    await expect(deliver(1)).resolves.toEqual(RETURNED);
    end.welcome({}, openedFrame(), [closedFrame('ended', { call: 'd' }), Buffer.from('memory')]);
    await eventually(() => expect(log).toEqual(['ready']));
    expect([link.gateway, link.boot, link.isReady]).toEqual(['gw', 'life-1', true]);
    expect([opened.map(({ call }) => call), closed.map(({ call }) => call)]).toEqual([['c'], ['d']]);
    end.send({ t: 'recall', call: 'c' }, { t: 'draining' });
    await eventually(() => expect([recalled, log]).toEqual([['c'], ['ready', 'draining']]));
  });

  test.each([
    ['this release compact headers', LINK_SUBPROTOCOL, '\u0001'],
    ['the release before JSON alone', FORMER_LINK_SUBPROTOCOL, '{'],
  ])('sends a gateway of %s', async (_which, subprotocol, begins) => {
    const { gateway, log } = await start({ subprotocol });
    const end = await gateway.connection(0);
    end.welcome();
    await eventually(() => expect(log).toEqual(['ready']));
    void deliver(1);
    await eventually(() => expect(commands(end.frames)).toEqual([[1, 'command-1']]));
    expect(end.headers).toEqual(['{', begins]);
  });

  test('sends a command now if it can go now, and tells what came of it when that is known', async () => {
    const { gateway, link, log } = await start({ commandWindow: 2 });
    const outcomes: [number, LinkOutcome][] = [];
    const now = (n: number, signal = NEVER): boolean =>
      link.deliverNow(commandOf(n), PAYLOAD, signal, (outcome) => outcomes.push([n, outcome]));
    expect(now(1)).toBe(false);
    const end = await gateway.connection(0);
    end.welcome();
    await eventually(() => expect(log).toEqual(['ready']));
    expect([now(2), now(3, AbortSignal.abort()), now(4), now(5)]).toEqual([true, false, true, false]);
    await eventually(() =>
      expect(commands(end.frames)).toEqual([
        [1, 'command-2'],
        [2, 'command-4'],
      ]),
    );
    expect(outcomes).toEqual([]);
    end.send({ t: 'outcomes', settled: [1] });
    await eventually(() => expect(outcomes).toHaveLength(1));
    expect(now(6)).toBe(true);
    end.cut();
    await eventually(() => expect(outcomes).toHaveLength(3));
    expect(outcomes).toEqual([
      [2, { kind: 'settled', code: undefined }],
      [4, { kind: 'lost' }],
      [6, { kind: 'lost' }],
    ]);
    expect(now(7)).toBe(false);
  });

  test('tells the gateway which ended calls it has heard of, and begins anew with another life of it', async () => {
    const { gateway } = await start();
    const first = await gateway.connection(0);
    expect(first.hello.closings).toBe(0);
    first.welcome({}, closedFrame('ended', { closing: 7 }));
    await eventually(() => expect(linkage.closed).toHaveLength(1));
    first.cut();
    const second = await gateway.connection(1);
    expect(second.hello).toMatchObject({ gatewayBoot: 'life-1', closings: 7 });
    second.welcome({ boot: 'life-2' });
    await eventually(() => expect(linkage.link.boot).toBe('life-2'));
    second.cut();
    expect((await gateway.connection(2)).hello).toMatchObject({ gatewayBoot: 'life-2', closings: 0 });
  });

  test('numbers the commands of each connection from 1, and has those under way back when it is cut', async () => {
    const { gateway, log } = await start();
    const first = await gateway.connection(0);
    first.welcome();
    await eventually(() => expect(log).toEqual(['ready']));
    const outcomes = [deliver(1), deliver(2)];
    await eventually(() =>
      expect(commands(first.frames)).toEqual([
        [1, 'command-1'],
        [2, 'command-2'],
      ]),
    );
    first.send({ t: 'outcomes', settled: [1] });
    await outcomes[0];
    first.cut();
    await expect(Promise.all(outcomes)).resolves.toEqual([{ kind: 'settled', code: undefined }, { kind: 'lost' }]);
    await expect(deliver(2)).resolves.toEqual(RETURNED);
    const second = await gateway.connection(1);
    second.welcome();
    await eventually(() => expect(log).toEqual(['ready', 'lost', 'ready']));
    void deliver(2);
    await eventually(() => expect(commands(second.frames)).toEqual([[1, 'command-2']]));
    expect([linkage.link.commandsUnderWay, linkage.link.windowFill]).toEqual([1, 1 / 50]);
  });

  test('keeps to the window that the gateway grants, and those that wait for their call take nothing of it', async () => {
    const { gateway, log } = await start();
    const end = await gateway.connection(0);
    end.welcome({ commandWindow: 2 });
    await eventually(() => expect(log).toEqual(['ready']));
    for (let n = 1; n <= 4; n++) void deliver(n);
    await eventually(() => expect(commands(end.frames)).toHaveLength(2));
    await settled();
    expect(commands(end.frames)).toHaveLength(2);
    end.send({ t: 'outcomes', held: [1, 2] });
    await eventually(() => expect(commands(end.frames)).toHaveLength(4));
    expect([linkage.link.commandsUnderWay, linkage.link.windowFill]).toEqual([4, 1]);
  });

  test('keeps to the bytes that the gateway grants', async () => {
    const { gateway, log } = await start();
    const end = await gateway.connection(0);
    end.welcome({ commandWindowBytes: 5 });
    await eventually(() => expect(log).toEqual(['ready']));
    for (let n = 1; n <= 3; n++) void deliver(n);
    await eventually(() => expect(commands(end.frames)).toHaveLength(2));
    await settled();
    expect(commands(end.frames)).toHaveLength(2);
  });

  test('takes the commands of a partition that goes back at once, also those that wait for the window', async () => {
    const { gateway, log } = await start();
    const end = await gateway.connection(0);
    end.welcome({ commandWindow: 2 });
    await eventually(() => expect(log).toEqual(['ready']));
    const partition = new AbortController();
    const outcomes = [1, 2, 3].map((n) => deliver(n, partition.signal));
    await eventually(() => expect(commands(end.frames)).toHaveLength(2));
    partition.abort();
    await expect(outcomes[2]).resolves.toEqual(RETURNED);
    await eventually(() => expect(end.frames.at(-1)).toEqual({ t: 'withdraw', n: [1, 2] }));
    end.send({ t: 'outcomes', settled: [1], returned: [2] });
    await expect(Promise.all(outcomes)).resolves.toEqual([{ kind: 'settled', code: undefined }, RETURNED, RETURNED]);
    await expect(deliver(4, partition.signal)).resolves.toEqual(RETURNED);
    expect(linkage.link.windowFill).toBe(0);
  });

  test('loses no room to a command whose partition goes in the moment in which its turn comes', async () => {
    const { gateway, log } = await start();
    const end = await gateway.connection(0);
    end.welcome({ commandWindow: 1 });
    await eventually(() => expect(log).toEqual(['ready']));
    const partition = new AbortController();
    const first = deliver(1).then(() => partition.abort());
    const second = deliver(2, partition.signal);
    await eventually(() => expect(commands(end.frames)).toHaveLength(1));
    end.send({ t: 'outcomes', settled: [1] });
    await first;
    await expect(second).resolves.toEqual(RETURNED);
    expect([commands(end.frames).length, linkage.link.windowFill]).toEqual([1, 0]);
  });

  test('is down for those who hear that their command is back, so that they do not send it here again', async () => {
    const { gateway, log, link } = await start();
    const end = await gateway.connection(0);
    end.welcome();
    await eventually(() => expect(log).toEqual(['ready']));
    const ready = deliver(1).then(() => link.isReady);
    await eventually(() => expect(commands(end.frames)).toHaveLength(1));
    end.cut();
    await expect(ready).resolves.toBe(false);
  });

  test('ends when the gateway speaks of a command that is not under way, and is dialled again', async () => {
    const { gateway, ends } = await start();
    const end = await gateway.connection(0);
    end.welcome();
    end.send({ t: 'outcomes', settled: [1] });
    await expect(end.closed).resolves.toBe(1008);
    await gateway.connection(1);
    expect(ends).toEqual([expect.objectContaining({ code: 'link_refused' })]);
  });

  test('asks for no more reports when the adapter stops, and waits for the last word of the gateway', async () => {
    const { gateway, log, link } = await start();
    const end = await gateway.connection(0);
    end.welcome();
    await eventually(() => expect(log).toEqual(['ready']));
    let drained = false;
    const draining = link.drain().then(() => {
      drained = true;
    });
    await eventually(() => expect(kinds(end.frames)).toEqual(['draining']));
    expect(drained).toBe(false);
    end.send({ t: 'drained' });
    await draining;
  });

  test('is drained when it goes down, and its next connection asks for no reports either', async () => {
    const { gateway, log, link } = await start();
    const first = await gateway.connection(0);
    first.welcome();
    await eventually(() => expect(log).toEqual(['ready']));
    const draining = link.drain();
    await eventually(() => expect(kinds(first.frames)).toEqual(['draining']));
    first.cut();
    await draining;
    await expect(link.drain()).resolves.toBeUndefined();
    const second = await gateway.connection(1);
    second.welcome();
    await eventually(() => expect(kinds(second.frames)).toEqual(['draining']));
  });

  test('closes in good order when the adapter stops', async () => {
    const { gateway, log } = await start();
    const end = await gateway.connection(0);
    end.welcome();
    await eventually(() => expect(log).toEqual(['ready']));
    await linkage.close();
    await expect(end.closed).resolves.toBe(1000);
    await start();
  });

  test('tells that the gateway refuses the token', async () => {
    const { ends, log } = await start({ refuseWith: 401 });
    await eventually(() => expect(log.length).toBeGreaterThan(1));
    expect(new Set(log)).toEqual(new Set(['not linked']));
    expect(ends[0]).toMatchObject({ code: 'link_unavailable', message: expect.stringContaining('401') });
  });
});
