import { turns } from './turns.ts';

test('everybody has one turn a round, and who was last is first in the next', () => {
  const order = [...turns(['a', 'b', 'c'], 3)].map(({ one, round }) => `${one}${round}`);
  expect(order).toEqual(['a1', 'b1', 'c1', 'c2', 'b2', 'a2', 'a3', 'b3', 'c3']);
});
