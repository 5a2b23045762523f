import { parseArguments } from './arguments.ts';
import { WORK_NAMES } from './work-names.ts';

describe('the arguments of a comparison', () => {
  test('left out, all works run on NATS with 1,000 calls', () => {
    expect(parseArguments(['--compare'])).toEqual({
      kind: 'run',
      options: { bus: 'nats', works: WORK_NAMES, rounds: 3, seconds: 4, calls: 1_000 },
    });
  });

  test('name the bus, the works, and how long and how often', () => {
    const argv = ['--compare', 'kafka', '--work', 'one-way,round-trip', '--rounds', '5', '--seconds', '2.5'];
    expect(parseArguments(argv)).toEqual({
      kind: 'run',
      // In the order in which they are measured; a short run has few calls.
      options: { bus: 'kafka', works: ['round-trip', 'one-way'], rounds: 5, seconds: 2.5, calls: 100 },
    });
  });

  test('a number of calls is taken however short the run', () => {
    expect(parseArguments(['--compare', '--seconds', '1', '--calls', '400'])).toMatchObject({
      options: { calls: 400 },
    });
  });

  test('--help wins', () => {
    expect(parseArguments(['--compare', '--help'])).toEqual({ kind: 'help' });
  });

  test.each([
    [['rabbit'], 'there is no bus "rabbit"; there are nats, kafka, memory'],
    [['nats', 'kafka'], 'one bus at a time, got nats kafka'],
    [['--work', 'round-trip,naps'], 'there is no work "naps" on nats; there are round-trip, one-way'],
    [['--work', ''], 'there is no work "" on nats'],
    [['memory', '--work', 'backlog'], 'there is no work "backlog" on memory; there are round-trip, set-up'],
    [['--rounds', '0'], '--rounds: expected a number above 0 and at most 100, got "0"'],
    [['--rounds', '1.5'], '--rounds: expected a number'],
    [['--seconds', 'long'], '--seconds: expected a number above 0 and at most 600, got "long"'],
    [['--seconds', '601'], '--seconds: expected a number'],
    [['--calls', '20000'], '--calls: expected a number above 0 and at most 10000'],
    [['--minutes', '1'], "Unknown option '--minutes'"],
  ])('%j is refused with what is wrong', (argv, fault) => {
    expect(parseArguments(['--compare', ...argv])).toEqual({ kind: 'usage', fault: expect.stringContaining(fault) });
  });
});
