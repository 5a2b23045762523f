import type { AdapterFrame } from '@jambus/link';
import { eventFrame, resultFrame } from '../support/commands.ts';
import { eventually, settled } from '../support/eventually.ts';
import type { GatewayEnd } from '../support/fake-gateway.ts';
import { type Linked, linked } from '../support/linked.ts';

const taken = (frames: readonly AdapterFrame[]) => frames.flatMap((frame) => (frame.t === 'taken' ? [frame.n] : []));

describe('reports that come by a link', () => {
  let linkage: Linked;
  let first: GatewayEnd;

  beforeEach(async () => {
    linkage = await linked();
    first = await linkage.gateway.connection(0);
  });
  afterEach(() => linkage.close());

  /** The numbers of the reports that came, in their order. */
  const numbers = () => linkage.reports.map(({ frame }) => frame.n);
  const confirm = (index: number, n: number): void => {
    const { incoming } = linkage.reports[index] as Linked['reports'][number];
    linkage.link.confirm(incoming, n);
  };

  test('are confirmed in one frame for all of a turn', async () => {
    first.welcome();
    first.send(eventFrame(1), resultFrame(2, 1), eventFrame(3));
    await eventually(() => expect(numbers()).toEqual([1, 2, 3]));
    for (const n of [1, 2, 3]) confirm(0, n);
    await eventually(() => expect(taken(first.frames)).toEqual([3]));
  });

  test('go on behind the last one after a short cut, so that none is published twice and none is missing', async () => {
    expect(first.hello).toMatchObject({ boot: 'adapter-life', gatewayBoot: '', received: 0, taken: 0 });
    first.welcome();
    first.send(eventFrame(1), eventFrame(2), eventFrame(3));
    await eventually(() => expect(numbers()).toEqual([1, 2, 3]));
    confirm(0, 1);
    await eventually(() => expect(taken(first.frames)).toEqual([1]));
    first.cut();
    const second = await linkage.gateway.connection(1);
    expect(second.hello).toMatchObject({ gatewayBoot: 'life-1', received: 3, taken: 1 });
    second.welcome({ resumed: true });
    second.send(eventFrame(4));
    await eventually(() => expect(numbers()).toEqual([1, 2, 3, 4]));
    // Those of the former connection are confirmed on this one.
    confirm(0, 3);
    await eventually(() => expect(taken(second.frames)).toEqual([3]));
    confirm(3, 4);
    await eventually(() => expect(taken(second.frames)).toEqual([3, 4]));
    expect(linkage.superseded).toEqual([]);
  });

  test('that got to the bus while the link was down are in its next hello', async () => {
    first.welcome();
    first.send(eventFrame(1), eventFrame(2));
    await eventually(() => expect(numbers()).toEqual([1, 2]));
    first.cut();
    await eventually(() => expect(linkage.log).toContain('lost'));
    confirm(0, 2);
    const second = await linkage.gateway.connection(1);
    expect(second.hello).toMatchObject({ received: 2, taken: 2 });
    second.welcome({ resumed: true });
    await settled();
    expect(taken(second.frames)).toEqual([]);
  });

  test('go to the bus by another way when the gateway did not keep them, and are dropped here', async () => {
    first.welcome();
    first.send(eventFrame(1), eventFrame(2));
    await eventually(() => expect(numbers()).toEqual([1, 2]));
    const former = linkage.reports[0]?.incoming;
    first.cut();
    const second = await linkage.gateway.connection(1);
    second.welcome({ resumed: false });
    second.send(eventFrame(1, { sequence: 7 }));
    await eventually(() => expect(linkage.reports).toHaveLength(3));
    expect(linkage.superseded).toEqual([former]);
    expect(linkage.reports[2]?.incoming).toEqual({ received: 1, taken: 0 });
    // One that was with the broker already is confirmed to nobody, as its number means another report now.
    confirm(1, 2);
    await settled();
    expect(taken(second.frames)).toEqual([]);
    confirm(2, 1);
    await eventually(() => expect(taken(second.frames)).toEqual([1]));
  });

  test('of a gateway that has crashed go on to the bus from here, as nobody else has them', async () => {
    first.welcome();
    first.send(eventFrame(1), eventFrame(2));
    await eventually(() => expect(numbers()).toEqual([1, 2]));
    first.cut();
    const second = await linkage.gateway.connection(1);
    second.welcome({ boot: 'life-2', resumed: false });
    second.send(eventFrame(1));
    await eventually(() => expect(linkage.reports).toHaveLength(3));
    expect(linkage.superseded).toEqual([]);
    expect(linkage.reports[2]?.incoming).not.toBe(linkage.reports[0]?.incoming);
    second.cut();
    const third = await linkage.gateway.connection(2);
    expect(third.hello).toMatchObject({ gatewayBoot: 'life-2', received: 1, taken: 0 });
  });

  test('are not forgotten by a gateway that begins anew and is told numbers of its former life', async () => {
    first.welcome();
    first.send(eventFrame(1), eventFrame(2));
    await eventually(() => expect(numbers()).toEqual([1, 2]));
    first.cut();
    const second = await linkage.gateway.connection(1);
    // The bus has them between hello and welcome.
    confirm(0, 2);
    await settled();
    second.welcome({ boot: 'life-2', resumed: false });
    second.send(eventFrame(1));
    await eventually(() => expect(linkage.reports).toHaveLength(3));
    await settled();
    expect(taken(second.frames)).toEqual([]);
  });

  test('that got to the bus between hello and welcome are told when the gateway goes on where it was', async () => {
    first.welcome();
    first.send(eventFrame(1), eventFrame(2));
    await eventually(() => expect(numbers()).toEqual([1, 2]));
    first.cut();
    const second = await linkage.gateway.connection(1);
    confirm(0, 2);
    await settled();
    expect(second.frames).toEqual([]);
    second.welcome({ resumed: true });
    await eventually(() => expect(taken(second.frames)).toEqual([2]));
  });

  test('that find no room here come again: they were not received', async () => {
    first.welcome();
    linkage.onReport = ({ n }) => {
      if (n === 2) throw new Error('the outbox is full');
    };
    first.send(eventFrame(1), eventFrame(2), eventFrame(3));
    await expect(first.closed).resolves.toBe(1008);
    const second = await linkage.gateway.connection(1);
    expect(second.hello).toMatchObject({ received: 1, taken: 0 });
    expect(numbers()).toEqual([1]);
  });
});
