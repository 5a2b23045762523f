import { START, write } from './sample-history.ts';
import { Specimen } from './specimen.ts';

let specimen: Specimen;
beforeEach(() => {
  specimen = new Specimen();
});

test('commands written in another order than that of the broker are found', () => {
  specimen.history.writes.reverse();
  expect(specimen.broken()).toEqual(['written out of order']);
});

test('a second write of a command in doubt is not out of order', () => {
  specimen.killGateway(START + 2_008);
  specimen.changeResults((copies) => copies.map((copy) => ({ ...copy, at: copy.at + 20_000 })));
  specimen.history.facts.outages = [{ from: START, to: START + 30_000, total: true }];
  specimen.history.writes.push(write('m1', 2, START + 9_300), write('m2', 2, START + 9_301));
  expect(specimen.broken()).toEqual([]);
});

test('something written that the broker never had is found', () => {
  specimen.history.writes.push(write('m99', 2, START + 9_300));
  expect(specimen.broken()).toEqual(['stored record missing']);
});
