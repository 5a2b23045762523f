import { parseRecorded, verdictOn } from './verdict.ts';

const recorded = { '20': 2, '24': 1.5 };

describe('what is said of a ratio', () => {
  test.each([2, 2.29, 1.71])('%d is ok where 2 is recorded: less than 15 %% up or down', (ratio) => {
    expect(verdictOn(ratio, recorded, '20')).toMatch(/^hot path: ok: [^;]*$/);
  });

  test('more than 15 % above the recorded one is a warning, with both and what to do', () => {
    const line = verdictOn(2.32, recorded, '20');
    expect(line).toMatch(/^hot path: warning: /);
    expect(line).toContain('2.32 steps');
    expect(line).toContain('2.00 are recorded for Node 20 (+16.0 %)');
    expect(line).toContain('profile');
    expect(line).toContain('pnpm bench guard --record');
  });

  test('more than 15 % below is ok, and asks for the gain to be recorded', () => {
    expect(verdictOn(1.6, recorded, '20')).toMatch(/^hot path: ok: .*−20\.0 %.*--record/);
  });

  test('it is compared with what is recorded for the same version of Node', () => {
    expect(verdictOn(1.9, recorded, '20')).toMatch(/^hot path: ok: /);
    expect(verdictOn(1.9, recorded, '24')).toMatch(/^hot path: warning: .*1\.50 are recorded for Node 24/);
  });

  test('without a recorded one it is a warning that asks for it', () => {
    expect(verdictOn(1.9, recorded, '22')).toMatch(
      /^hot path: warning: no ratio is recorded for Node 22, 1\.90 .*--record/,
    );
  });

  test('it is one line', () => {
    for (const ratio of [1, 2, 3]) expect(verdictOn(ratio, recorded, '20')).not.toContain('\n');
  });
});

describe('the recorded ratios', () => {
  test('are a number for each version of Node', () => {
    expect(parseRecorded('{"20": 2, "24": 1.5}')).toEqual(recorded);
  });

  test.each(['', '[]', 'null', '{"20": "2"}', '{"20": 0}', '{"20": null}'])('are refused as %j', (text) => {
    expect(() => parseRecorded(text)).toThrow();
  });
});
