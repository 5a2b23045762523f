import { Specimen } from './specimen.ts';

test('a history in which everything is right breaks no rule', () => {
  expect(new Specimen().broken()).toEqual([]);
});
