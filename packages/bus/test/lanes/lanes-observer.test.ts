import { DEFAULT_LANES_SETTINGS, type LanesLoad, type LanesObserver, type Outcome } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { watchedLanes } from '../support/lanes.ts';
import { recordOf } from '../support/records.ts';

function observed(outcomeOf: (position: string) => Outcome) {
  const seen: string[] = [];
  const open = new Set<LanesLoad>();
  const observer: LanesObserver = {
    opened: (lanes) => void open.add(lanes),
    closed: (lanes) => void open.delete(lanes),
    taken: ({ position }) => seen.push(`taken ${position}`),
    buried: ({ type }) => seen.push(`buried ${type}`),
  };
  const settings = { ...DEFAULT_LANES_SETTINGS, observer };
  const { lanes } = watchedLanes(
    async ({ position }) => {
      seen.push(`handled ${position}`);
      return outcomeOf(position);
    },
    { settings },
  );
  return { lanes, seen, open };
}

describe('an observer of lanes', () => {
  test('sees each record once, when it is read, however long it waits and however often it is handled', async () => {
    let failures = 1;
    const { lanes, seen } = observed(() =>
      failures-- > 0 ? { kind: 'retry', afterMs: 1, reason: 'away' } : { kind: 'done' },
    );
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('a', 1), 1);
    lanes.push(recordOf('a', 1), 1);
    await eventually(() => expect(lanes.watermark).toBe(1));
    expect(seen).toEqual(['taken 0/0', 'handled 0/0', 'taken 0/1', 'handled 0/0', 'handled 0/1']);
    await lanes.stop(0);
  });

  test('hears of a dead letter with its reason', async () => {
    const { lanes, seen } = observed(() => ({ kind: 'dead-letter', reason: 'invalid', detail: 'no JSON' }));
    lanes.push(recordOf('a', 0), 0);
    await eventually(() => expect(seen).toContain('buried invalid'));
    await lanes.stop(0);
  });

  test('can look at what is in hand for as long as the partition is worked on', async () => {
    const { lanes, open } = observed(() => ({ kind: 'retry', afterMs: 60_000, reason: 'away' }));
    lanes.push(recordOf('a', 0), 0);
    expect([...open].map(({ unfinished }) => unfinished)).toEqual([1]);
    await lanes.stop(0);
    expect(open.size).toBe(0);
  });
});
