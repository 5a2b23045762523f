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

describe('a command that is written for the first time behind one in doubt', () => {
  const killedAt = START + 2_108;

  beforeEach(() => {
    specimen.killGateway(killedAt);
    specimen.changeResults((copies) => copies.map((copy) => ({ ...copy, at: copy.at + 20_000 })));
    specimen.history.facts.outages = [{ from: START, to: START + 30_000, total: true }];
    const [, second] = specimen.history.writes;
    specimen.history.writes = second === undefined ? [] : [second];
  });

  test('is out of order', () => {
    specimen.history.writes.push(write('m1', 2, START + 9_300), write('m2', 2, START + 9_301));
    expect(specimen.broken()).toEqual(['written out of order']);
  });

  test('is not when all died who knew why it had not been written, and the other one follows', () => {
    specimen.history.facts.forgetsIdsAt = [killedAt];
    specimen.history.writes.push(write('m1', 2, START + 9_300), write('m2', 2, START + 9_301));
    expect(specimen.broken()).toEqual([]);
  });

  test('is then, too, when the other one does not follow it', () => {
    specimen.history.facts.forgetsIdsAt = [killedAt];
    specimen.history.writes.push(write('m2', 2, START + 9_300), write('m1', 2, START + 9_301));
    expect(specimen.broken()).toEqual(['written out of order']);
  });
});

test('something written that the broker never had is found', () => {
  specimen.history.writes.push(write('m99', 2, START + 9_300));
  expect(specimen.broken()).toEqual(['stored record missing']);
});
