import { type CallMemory, type Decided, decodeCallMemory, encodeCallMemory, noteDecided } from '../src/index.ts';

const MEMORY: CallMemory = {
  decided: [
    { log: 'commands/0', offset: 7, verdict: { status: 'rejected', code: 'expired', detail: 'late', at: 5 } },
    { log: 'commands/1', offset: 3 },
  ],
  ids: ['a', 'b'],
  runs: [['verb', 'command', true]],
  claimed: true,
  live: true,
  hooks: [['/menu', 'actionHook']],
  questions: [['m1', 'confirm']],
};

describe('memory of a call', () => {
  test('comes out of the payload as it went in', () => {
    expect(decodeCallMemory(encodeCallMemory(MEMORY))).toEqual(MEMORY);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"decided":'],
    ['another shape', JSON.stringify({ ...MEMORY, decided: [{ log: 'x', offset: -1 }] })],
    ['the memory of an older jambus', JSON.stringify({ ids: [] })],
  ])('a payload that has %s is no memory, and the call goes on without', (_what, payload) => {
    expect(decodeCallMemory(Buffer.from(payload))).toBeUndefined();
  });
});

describe('the mark up to which commands are decided', () => {
  const verdict = { status: 'delivered', at: 1 } as const;

  test('only moves on, so that a late word of an earlier command makes nothing of the later ones forgotten', () => {
    const marks: Decided[] = [{ log: 'l/0', offset: 5, verdict }];
    noteDecided(marks, { log: 'l/0', offset: 4 });
    expect(marks).toEqual([{ log: 'l/0', offset: 5, verdict }]);
    noteDecided(marks, { log: 'l/0', offset: 9 });
    expect(marks).toEqual([{ log: 'l/0', offset: 9 }]);
  });

  test('keeps the verdict when the same command is named once more without it', () => {
    const marks: Decided[] = [{ log: 'l/0', offset: 5, verdict }];
    noteDecided(marks, { log: 'l/0', offset: 5 });
    expect(marks).toEqual([{ log: 'l/0', offset: 5, verdict }]);
  });

  test('is kept for each log, as a stream that is made anew begins again', () => {
    const marks: Decided[] = [{ log: 'old/0', offset: 5 }];
    noteDecided(marks, { log: 'new/0', offset: 1 });
    expect(marks.map(({ log, offset }) => [log, offset])).toEqual([
      ['old/0', 5],
      ['new/0', 1],
    ]);
  });

  test('of logs that were made anew again and again is kept for the newest only', () => {
    const marks: Decided[] = [];
    for (let life = 0; life < 100; life++) noteDecided(marks, { log: `life ${life}/0`, offset: life });
    expect(marks.map(({ offset }) => offset)).toEqual([96, 97, 98, 99]);
  });
});
