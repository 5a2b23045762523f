import type { Copy, StoredCommand } from '../history/history.ts';
import { CommandFinder, type Reference } from './find-command.ts';
import { CALL, command, confirmed, result, START, write } from './sample-history.ts';
import { Specimen } from './specimen.ts';

const at = (log: number, offset: number, id?: string): StoredCommand =>
  command({ marker: `${log}-${offset}`, id, place: { log, partition: 3, offset }, storedAt: START + log * 1_000 });
const reference = (given: Partial<Reference>): Reference => ({
  callSid: CALL,
  commandId: '',
  at: START + 9_000,
  ...given,
});

test.each(['result/3/10', 'result/2026-01-31T11:59:00.123Z/3/10', 'result/q3hC_7QpRk2/3/10'])(
  '%s is the result of the command at offset 10 of partition 3',
  (resultId) => {
    const finder = new CommandFinder([at(0, 10), at(0, 11)]);
    expect(finder.find(reference({ resultId, commandId: 'any' }))?.marker).toBe('0-10');
  },
);

test.each(['3/10', 'a-log/3/10'])('a command without an id is called %s after its place', (commandId) => {
  expect(new CommandFinder([at(0, 10), at(0, 11)]).find(reference({ commandId }))?.marker).toBe('0-10');
});

test('of two records with one id, the position tells', () => {
  const finder = new CommandFinder([at(0, 10, 'same'), at(0, 11, 'same')]);
  expect(finder.find(reference({ resultId: 'result/3/11', commandId: 'same' }))?.marker).toBe('0-11');
});

test('which log a name stands for is learnt from commands that have an id of their own', () => {
  const finder = new CommandFinder([at(0, 10), at(0, 11, 'sure'), at(1, 10), at(1, 11, 'also')]);
  finder.learn([
    reference({ resultId: 'result/first/3/11', commandId: 'sure' }),
    reference({ resultId: 'result/second/3/11', commandId: 'also' }),
  ]);
  expect(finder.find(reference({ resultId: 'result/first/3/10', commandId: 'first/3/10' }))?.marker).toBe('0-10');
  expect(finder.find(reference({ resultId: 'result/second/3/10', commandId: 'second/3/10' }))?.marker).toBe('1-10');
});

test('where positions do not know their log, a result belongs to the last that was there', () => {
  const finder = new CommandFinder([at(0, 10), at(1, 10)]);
  expect(finder.find(reference({ resultId: 'result/3/10', at: START + 500 }))?.marker).toBe('0-10');
  expect(finder.find(reference({ resultId: 'result/3/10', at: START + 5_000 }))?.marker).toBe('1-10');
});

describe('commands that were made anew', () => {
  /** Two commands in a second log, at the places of the first two, with these names of the logs in the ids of results. */
  const again = (before: string, after: string): Specimen => {
    const specimen = new Specimen();
    const { history } = specimen;
    history.facts.newLogsAt = [START + 9_500];
    const second = ['n1', 'n2'].map((marker, n) =>
      command({ marker, storedAt: START + 9_600 + n, place: { log: 1, partition: 3, offset: 10 + n } }),
    );
    history.stored.push(...second);
    history.confirmed.push(...second.map(confirmed));
    history.writes.push(write('n1', 2, START + 9_610), write('n2', 2, START + 9_611));
    specimen.changeResults((copies) => [
      ...copies.map((copy) => JSON.parse(JSON.stringify(copy).replaceAll('3/1', `${before}3/1`)) as Copy),
      ...second.map((one, n) => ({ ...result(one, START + 9_620, { status: 'delivered' }, after), offset: 50 + n })),
    ]);
    return specimen;
  };

  test('results that name their log are right', () => {
    expect(again('2026-01-31T11:00:00Z/', '2026-01-31T12:00:09Z/').broken()).toEqual([]);
  });

  test('results that stand for commands of both logs leave one without', () => {
    const specimen = again('', '');
    const { history } = specimen;
    history.results.stored = history.results.stored.filter(({ offset }) => offset < 50);
    history.results.seen = [];
    history.writes = history.writes.filter(({ marker }) => !marker.startsWith('n'));
    expect(specimen.broken()).toEqual(['no outcome']);
  });
});
