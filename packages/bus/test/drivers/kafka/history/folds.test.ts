import { decidedBy, eventBy, type LastEvent } from '../../../../src/drivers/kafka/history/folds.ts';
import type { LogRecord } from '../../../../src/drivers/kafka/history/log-records.ts';

function recordOf(attributes: Readonly<Record<string, string>>, value?: string): LogRecord {
  const bytes = value === undefined ? undefined : Buffer.from(value);
  return { offset: 0, key: 'call', value: bytes, header: (name) => attributes[name.slice('ce_'.length)] };
}

const eventsBy = (events: readonly Readonly<Record<string, string>>[]) =>
  events.map((each) => recordOf(each)).reduce<LastEvent | undefined>(eventBy, undefined);
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

test('a call has ended when its last event says so, and not when an earlier one did', () => {
  const time = '2026-11-27T06:00:00.000Z';
  const end = recordOf(
    { epoch: '1', sequence: '7', type: 'jambonz.call.status', time },
    JSON.stringify({ type: 'call:status', call_sid: 'call', data: { call_status: 'completed' } }),
  );
  const ended = eventBy(undefined, end);
  expect(ended).toEqual({ epoch: 1, sequence: 7, endedAt: Date.parse(time) });
  expect(eventBy(ended, recordOf({ epoch: '1', sequence: '6' }))).toEqual(ended);
  expect(eventBy(ended, recordOf({ epoch: '2', sequence: '8' }))).toEqual({ epoch: 2, sequence: 8 });
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
