import { setTimeout as sleep } from 'node:timers/promises';
import { createDepartures, type Departures } from '../../src/reports/departures.ts';
import type { ReportOutbox } from '../../src/reports/report-outbox.ts';
import { FakeLink, outboxWith, reportOf } from './report-harness.ts';

const STAYS_MS = 40;

describe('an adapter that stops', () => {
  let outbox: ReportOutbox;
  let departures: Departures;
  const [one, two] = [new FakeLink('one'), new FakeLink('two')];

  beforeEach(() => {
    one.drained = 0;
    two.drained = 0;
    one.received.length = 0;
    outbox = outboxWith();
    departures = createDepartures({ outbox, lastStaysMs: STAYS_MS });
    outbox.connect(one, undefined);
  });
  afterEach(() => departures.close());

  test('goes at once when there is another', () => {
    outbox.connect(two, undefined);
    departures.leave(one);
    expect(one.drained).toBe(1);
  });

  test('stays a moment when it is the last, and takes what comes meanwhile', async () => {
    departures.leave(one);
    outbox.push(reportOf('call', 1), false);
    expect([one.drained, one.sequences]).toEqual([0, [1]]);
    outbox.taken(one, 1);
    await sleep(STAYS_MS * 2);
    expect(one.drained).toBe(1);
  });

  test('stays to the end when it is the last and the gateway stops as well', async () => {
    departures.leave(one);
    departures.stopping();
    await sleep(STAYS_MS * 2);
    outbox.push(reportOf('call', 1), false);
    expect([one.drained, one.sequences]).toEqual([0, [1]]);
  });

  test('stays to the end also when the gateway was the first to stop', async () => {
    departures.stopping();
    departures.leave(one);
    await sleep(STAYS_MS * 2);
    expect(one.drained).toBe(0);
  });

  test('goes as soon as another arrives, also while the gateway stops', () => {
    departures.stopping();
    departures.leave(one);
    outbox.connect(two, undefined);
    departures.arrived();
    expect([one.drained, two.drained]).toEqual([1, 0]);
  });

  test('is not waited for when another that stops is the only one beside it', async () => {
    outbox.connect(two, undefined);
    departures.leave(one);
    departures.leave(two);
    expect([one.drained, two.drained]).toEqual([1, 0]);
    await sleep(STAYS_MS * 2);
    expect(two.drained).toBe(1);
  });

  test('is let go no more once its connection is gone', async () => {
    departures.leave(one);
    departures.gone(one);
    outbox.disconnect(one, true);
    await sleep(STAYS_MS * 2);
    expect(one.drained).toBe(0);
  });
});
