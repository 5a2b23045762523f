import { memo } from '../../src/index.ts';

test('what was made once is not made again, and the memory is bounded', () => {
  const made: string[] = [];
  const twice = memo((text) => {
    made.push(text);
    return text + text;
  });
  expect([twice('a'), twice('b'), twice('a')]).toEqual(['aa', 'bb', 'aa']);
  expect(made).toEqual(['a', 'b']);
  for (let n = 0; n < 1_000; n++) twice(`${n}`);
  twice('a');
  expect(made.filter((text) => text === 'a')).toHaveLength(2);
});
