import type { Copy } from '../history/history.ts';
import { result, START } from './sample-history.ts';
import { Specimen } from './specimen.ts';

let specimen: Specimen;
beforeEach(() => {
  specimen = new Specimen();
});

test('started before delivered is found', () => {
  const [delivered, second, started, ...others] = specimen.history.results.seen as [Copy, Copy, Copy, ...Copy[]];
  specimen.history.results.seen = [started, second, delivered, ...others].map((copy, offset) => ({ ...copy, offset }));
  expect(specimen.broken()).toEqual(['results out of order']);
});

test('a verb whose end is on the events channel and not among the results is found', () => {
  specimen.changeResults((copies) => copies.filter(({ payload }) => !payload.includes('"finished"')));
  expect(specimen.broken()).toEqual(['verb result missing']);
});

test('a result about a verb that another command brought is found', () => {
  const started = result(specimen.command('m2'), START + 2_400, { status: 'started', verbId: 'm1' });
  specimen.history.results.stored.push({ ...started, offset: 91 });
  expect(specimen.broken()).toEqual(['verb result of another command']);
});
