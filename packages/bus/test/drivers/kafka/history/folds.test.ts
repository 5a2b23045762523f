import { decidedBy, eventBy, type LastEvent } from '../../../../src/drivers/kafka/history/folds.ts';
import type { LogRecord } from '../../../../src/drivers/kafka/history/log-records.ts';

function recordOf(attributes: Readonly<Record<string, string>>): LogRecord {
  return { offset: 0, key: 'call', header: (name) => attributes[name.slice('ce_'.length)] };
}

const eventsBy = (events: readonly Readonly<Record<string, string>>[]) =>
  events.map(recordOf).reduce<LastEvent | undefined>(eventBy, undefined);
const decidedOf = (positions: readonly string[]) =>
  positions.map((decidedposition) => recordOf({ decidedposition })).reduce<string | undefined>(decidedBy, undefined);

test('the event that counts highest is the last, also when earlier ones were published again behind it', () => {
  const numbered = [7, 8, 9, 7, 8].map((sequence) => ({ epoch: '2', sequence: String(sequence) }));
  expect(eventsBy([{ epoch: '1', sequence: '6' }, ...numbered])).toEqual({ epoch: 2, sequence: 9 });
});

test('where the numbering began anew, it counts from there', () => {
  const anew = [
    { epoch: '1', sequence: '1', sequencereset: 'true' },
    { epoch: '1', sequence: '2' },
  ];
  expect(eventsBy([{ epoch: '3', sequence: '90' }, ...anew])).toEqual({ epoch: 1, sequence: 2 });
});

test('what is no event of a call says nothing', () => {
  expect(eventsBy([{ epoch: '1', sequence: '6' }, {}, { epoch: 'x', sequence: '9' }])).toEqual({
    epoch: 1,
    sequence: 6,
  });
  expect(eventsBy([{}])).toBeUndefined();
});

test('the highest decided position of a log counts, and another log that comes later counts more', () => {
  expect(decidedOf(['log/0/10', 'log/0/12', 'log/0/11'])).toBe('log/0/12');
  expect(decidedOf(['log/0/12', 'later/0/3'])).toBe('later/0/3');
});

test('results that say nothing about positions change nothing', () => {
  expect(decidedBy('log/0/1', recordOf({}))).toBe('log/0/1');
  expect(decidedBy(undefined, recordOf({}))).toBeUndefined();
});
