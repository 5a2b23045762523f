import { sizesFor } from './works/sizes.ts';

test('few, some and many calls are a tenth, all, and ten times of what is asked for', () => {
  expect(sizesFor('jambus', 1_000)).toEqual([100, 1_000, 10_000]);
});

test('the documented glue has no more than what is asked for, since each of its calls takes long', () => {
  expect(sizesFor('documented', 1_000)).toEqual([100, 1_000]);
});
