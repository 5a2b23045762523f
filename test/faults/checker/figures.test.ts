import { prepareCase } from './case.ts';
import { checkHistory } from './check-history.ts';
import { figuresOf } from './figures.ts';
import { START, write } from './sample-history.ts';
import { Specimen } from './specimen.ts';
import { TOLERANCES } from './tolerances.ts';
import { waitsOf } from './waits.ts';

test('the figures of a run count what was held, and what went wrong by its kind', () => {
  const specimen = new Specimen();
  specimen.history.writes.push(write('m2', 2, START + 9_300));
  const figures = figuresOf(checkHistory(specimen.history));
  expect(figures).toMatchObject({ calls: 1, commands: 6, delivered: 2, refused: 4, doubled: 1, lost: 0, wrong: 1 });
});

test('a wait is from the confirmation of the broker to the write, for calls that are there', () => {
  const { history } = new Specimen();
  const of = prepareCase(history, TOLERANCES);
  expect(waitsOf(of)).toEqual({ count: 2, p50: 4, p99: 4, max: 4 });
  expect(waitsOf(of, [{ from: START, to: START + 2_050 }]).count).toBe(1);
});
