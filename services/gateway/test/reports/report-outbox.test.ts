import { setTimeout as sleep } from 'node:timers/promises';
import { LINK_MAX_FRAME_BYTES } from '@jambus/link';
import type { EventReport } from '../../src/reports/report.ts';
import { FakeLink, outboxWith, push, reportOf, resultReportOf } from './report-harness.ts';

const RETURN_MS = 20;

describe('the way to the adapters', () => {
  test('reports that come while no adapter is linked are sent in order once one is', () => {
    const outbox = outboxWith();
    push(outbox, 'a', 1, 3);
    const link = new FakeLink('one');
    outbox.connect(link, undefined);
    expect(link.received).toMatchObject([1, 2, 3].map((n) => ({ n, sequence: n })));
  });

  test('no more than the window is sent before the adapter confirms', () => {
    const outbox = outboxWith();
    const link = new FakeLink('one');
    outbox.connect(link, undefined);
    push(outbox, 'a', 1, 10);
    expect(link.received).toHaveLength(4);
    outbox.taken(link, 3);
    expect(link.received).toHaveLength(7);
    expect([outbox.pending, outbox.windowFill]).toEqual([7, 1]);
  });

  test('no more bytes than the window are sent, but one report goes out whatever its size', () => {
    const outbox = outboxWith({ window: { reports: 4, bytes: 1_000 } });
    const link = new FakeLink('one');
    outbox.connect(link, undefined);
    outbox.push(reportOf('a', 1, { payload: Buffer.alloc(5_000) }), false);
    push(outbox, 'a', 2);
    expect(link.sequences).toEqual([1]);
    outbox.taken(link, 1);
    expect(link.sequences).toEqual([1, 2]);
  });

  test('whoever waits for a report is told once, when it is on the bus', () => {
    const outbox = outboxWith();
    const link = new FakeLink('one');
    let told = 0;
    outbox.push(
      resultReportOf('a', () => told++),
      true,
    );
    outbox.connect(link, undefined);
    expect(told).toBe(0);
    outbox.taken(link, 1);
    outbox.taken(link, 1);
    expect(told).toBe(1);
  });
});

describe('a connection that is lost', () => {
  function cutLink() {
    const outbox = outboxWith({ returnMs: RETURN_MS });
    const [first, other] = [new FakeLink('one'), new FakeLink('two')];
    outbox.connect(first, undefined);
    push(outbox, 'a', 1, 6);
    outbox.taken(first, 1);
    outbox.connect(other, undefined);
    outbox.disconnect(first, false);
    return { outbox, first, other };
  }

  test('after a short cut only what was not received is sent again, under the numbers it had', () => {
    const { outbox, other } = cutLink();
    const back = new FakeLink('one');
    expect(outbox.keeps(back)).toBe(true);
    outbox.connect(back, { received: 3, taken: 2 });
    expect(back.received).toMatchObject([4, 5, 6].map((n) => ({ n, sequence: n })));
    expect(other.received).toEqual([]);
    outbox.taken(back, 6);
    expect(outbox.pending).toBe(0);
  });

  test('what comes meanwhile waits for the adapter, so that it does not overtake', () => {
    const { outbox, other } = cutLink();
    push(outbox, 'a', 7);
    expect(other.received).toEqual([]);
    const back = new FakeLink('one');
    outbox.connect(back, { received: 5, taken: 5 });
    expect(back.sequences).toEqual([6, 7]);
  });

  test('when the adapter does not come back everything that is not confirmed goes to another, in order', async () => {
    const { outbox, other } = cutLink();
    push(outbox, 'a', 7);
    await sleep(RETURN_MS * 3);
    expect(other.sequences).toEqual([2, 3, 4, 5]);
    outbox.taken(other, 4);
    expect(other.sequences).toEqual([2, 3, 4, 5, 6, 7]);
    expect(outbox.keeps(new FakeLink('one'))).toBe(false);
  });

  test('an adapter that has closed in good order is not waited for', () => {
    const outbox = outboxWith({ returnMs: 60_000 });
    const [first, other] = [new FakeLink('one'), new FakeLink('two')];
    outbox.connect(first, undefined);
    push(outbox, 'a', 1, 2);
    outbox.connect(other, undefined);
    outbox.disconnect(first, true);
    expect(other.sequences).toEqual([1, 2]);
  });

  test('another life of the adapter has received nothing, and gets everything', () => {
    const { outbox } = cutLink();
    const reborn = new FakeLink('one', 'second');
    expect(outbox.keeps(reborn)).toBe(false);
    outbox.connect(reborn, undefined);
    expect(outbox.keeps(reborn)).toBe(true);
  });

  test('with no other adapter there, reports wait longer than the return time, and for whoever comes', async () => {
    const outbox = outboxWith({ returnMs: RETURN_MS });
    const first = new FakeLink('one');
    outbox.connect(first, undefined);
    push(outbox, 'a', 1, 3);
    outbox.disconnect(first, false);
    await sleep(RETURN_MS * 3);
    const late = new FakeLink('late');
    outbox.connect(late, undefined);
    await sleep(RETURN_MS * 3);
    expect(late.sequences).toEqual([1, 2, 3]);
  });
});

describe('an adapter that drains', () => {
  test('gets nothing new, and is told when all it was sent is on the bus', () => {
    const outbox = outboxWith();
    const link = new FakeLink('one');
    outbox.connect(link, undefined);
    push(outbox, 'a', 1, 2);
    outbox.drain(link);
    push(outbox, 'a', 3);
    push(outbox, 'b', 1);
    expect([link.sequences, link.drained]).toEqual([[1, 2], 0]);
    outbox.taken(link, 1);
    expect(link.drained).toBe(0);
    outbox.taken(link, 2);
    expect(link.drained).toBe(1);
  });

  test('is told at once when it has nothing', () => {
    const outbox = outboxWith();
    const link = new FakeLink('one');
    outbox.connect(link, undefined);
    outbox.drain(link);
    outbox.drain(link);
    expect(link.drained).toBe(1);
  });

  test('keeps the order of each call: the rest goes to another adapter when what it has is on the bus', () => {
    const outbox = outboxWith();
    const [first, other] = [new FakeLink('one'), new FakeLink('two')];
    outbox.connect(first, undefined);
    push(outbox, 'a', 1, 6);
    outbox.connect(other, undefined);
    outbox.drain(first);
    push(outbox, 'a', 7);
    outbox.taken(first, 3);
    expect(other.sequences).toEqual([]);
    outbox.taken(first, 4);
    expect(other.sequences).toEqual([5, 6, 7]);
    expect(first.sequences).toEqual([1, 2, 3, 4]);
  });

  test('hands calls of which nothing is under way there to another adapter at once', () => {
    const outbox = outboxWith();
    const [first, other] = [new FakeLink('one'), new FakeLink('two')];
    outbox.connect(first, undefined);
    push(outbox, 'a', 1, 4);
    push(outbox, 'b', 1, 2);
    outbox.connect(other, undefined);
    outbox.drain(first);
    expect(other.received).toMatchObject([
      { call: 'b', sequence: 1 },
      { call: 'b', sequence: 2 },
    ]);
  });

  test('that dies over it loses nothing: the rest goes to another adapter in order, without a wait', () => {
    const outbox = outboxWith({ returnMs: 60_000 });
    const [first, other] = [new FakeLink('one'), new FakeLink('two')];
    outbox.connect(first, undefined);
    push(outbox, 'a', 1, 2);
    outbox.connect(other, undefined);
    outbox.drain(first);
    push(outbox, 'a', 3, 4);
    outbox.taken(first, 1);
    outbox.disconnect(first, false);
    expect(other.sequences).toEqual([2, 3, 4]);
  });

  test('that is back on another connection before the loss was seen does not get new reports before older ones', () => {
    const outbox = outboxWith();
    const first = new FakeLink('one');
    outbox.connect(first, undefined);
    push(outbox, 'a', 1, 2);
    outbox.drain(first);
    push(outbox, 'a', 3);
    const back = new FakeLink('one');
    outbox.connect(back, { received: 2, taken: 1 });
    push(outbox, 'a', 4);
    outbox.taken(back, 2);
    expect(back.sequences).toEqual([3, 4]);
  });
});

describe('bounds', () => {
  test('reading stops before the buffer is full and goes on when it has drained', () => {
    const states: boolean[] = [];
    const outbox = outboxWith({ bufferBytes: 4_000, onCongestion: (congested) => states.push(congested) });
    push(outbox, 'a', 1, 12);
    expect([states, outbox.congested]).toEqual([[true], true]);
    const link = new FakeLink('one');
    outbox.connect(link, undefined);
    for (let n = 1; n <= 12; n++) outbox.taken(link, n);
    expect(states).toEqual([true, false]);
  });

  test('what is kept in calls until it can be numbered counts', () => {
    const states: boolean[] = [];
    const outbox = outboxWith({ bufferBytes: 4_000, onCongestion: (congested) => states.push(congested) });
    outbox.reserve(3_500);
    outbox.reserve(-3_500);
    expect([states, outbox.pendingBytes, outbox.pending]).toEqual([[true, false], 0, 0]);
  });

  test('what finds no room is shed and reported, but never what must be kept', () => {
    const shed: unknown[] = [];
    const outbox = outboxWith({
      bufferBytes: 1_000,
      onShed: (report, why) => shed.push([(report as EventReport).frame.sequence, why]),
    });
    push(outbox, 'a', 1, 5);
    outbox.push(reportOf('a', 6), true);
    expect(shed).toEqual([
      [4, 'no_room'],
      [5, 'no_room'],
    ]);
    const link = new FakeLink('one');
    outbox.connect(link, undefined);
    expect(link.sequences).toEqual([1, 2, 3, 6]);
  });

  test('a report larger than a link can carry is shed and reported, and those around it go on', () => {
    const shed: string[] = [];
    const outbox = outboxWith({ bufferBytes: 1e9, onShed: (_report, why) => shed.push(why) });
    const link = new FakeLink('one');
    outbox.connect(link, undefined);
    push(outbox, 'a', 1);
    outbox.push(reportOf('a', 2, { payload: Buffer.alloc(LINK_MAX_FRAME_BYTES) }), true);
    push(outbox, 'a', 3);
    expect([shed, link.sequences, outbox.pending]).toEqual([['too_large'], [1, 3], 2]);
  });
});
