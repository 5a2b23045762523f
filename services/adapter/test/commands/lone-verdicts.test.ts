import { verdictOfEnded, verdictOfUnknown, wasDecided } from '../../src/commands/lone-verdicts.ts';
import { commandOf } from '../support/commands.ts';

const DELIVERED = { status: 'delivered', at: 4_000 } as const;
const ENDED_AT = 5_000;

describe('verdict on a command for a call that has ended', () => {
  const ended = { at: ENDED_AT, decided: [{ log: 'log/0', offset: 10, verdict: DELIVERED }] };

  test.each([
    ['is call_ended, at the time of that', 11, 9_000, { status: 'rejected', code: 'call_ended', at: ENDED_AT }],
    [
      'is expired when it was over before, at its expiry',
      11,
      4_999,
      { status: 'rejected', code: 'expired', at: 4_999 },
    ],
    ['is the one that it was told before, when it was the last', 10, 9_000, DELIVERED],
  ])('%s', (_what, offset, expires, verdict) => {
    expect(verdictOfEnded(commandOf(offset, { expires }), ended)).toMatchObject(verdict);
  });

  test('was given and is on the bus when others were decided after it, even if it has expired since', () => {
    expect(verdictOfEnded(commandOf(9, { expires: 1 }), ended)).toBe('settled');
  });

  test('was given when only its position is remembered', () => {
    expect(verdictOfEnded(commandOf(10), { at: ENDED_AT, decided: [{ log: 'log/0', offset: 10 }] })).toBe('settled');
  });

  test('has nothing to do with the positions of a stream that was made anew', () => {
    expect(verdictOfEnded(commandOf(3, { position: 'new log/0/3' }), ended)).toMatchObject({ code: 'call_ended' });
  });
});

describe('verdict on a command for a call that no gateway has', () => {
  test.each([
    ['unknown_call, from when the call could no longer appear', 9_000, { code: 'unknown_call', at: 6_000 }],
    ['expired when it was over by then', 6_000, { code: 'expired', at: 6_000 }],
    ['expired when it was over before', 5_500, { code: 'expired', at: 5_500 }],
  ])('is %s', (_what, expires, verdict) => {
    expect(verdictOfUnknown(commandOf(1, { expires }), 6_000)).toMatchObject(verdict);
  });
});

describe('a command was decided before', () => {
  const past = (decided: string | undefined) => ({ epoch: 1, sequence: 1, decided, endedAt: undefined });

  test.each([
    ['when the last result on the bus is its own', 'log/0/5', true],
    ['when a later one was decided', 'log/0/6', true],
    ['not when only earlier ones were', 'log/0/4', false],
    ['not by what is said of another partition, or of a stream that is gone', 'log/1/9', false],
    ['not when the call has no result', undefined, false],
  ])('%s', (_what, decided, expected) => {
    expect(wasDecided(commandOf(5), past(decided))).toBe(expected);
  });

  test('not when the bus has nothing of the call', () => {
    expect(wasDecided(commandOf(5), undefined)).toBe(false);
  });
});
