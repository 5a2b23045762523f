import fc from 'fast-check';
import { quantileOf, spreadOf } from './statistics.ts';

describe('a quantile', () => {
  const sorted = Float64Array.from({ length: 1_000 }, (_, index) => index);

  test('is the value below which such a part of all is', () => {
    expect(quantileOf(sorted, 0.5)).toBe(500);
    expect(quantileOf(sorted, 0.99)).toBe(990);
    expect(quantileOf(sorted, 0.999)).toBe(999);
  });

  test('is the greatest value at 1 and the least at 0', () => {
    expect(quantileOf(sorted, 1)).toBe(999);
    expect(quantileOf(sorted, 0)).toBe(0);
  });

  test('of nothing is not a number', () => {
    expect(quantileOf(new Float64Array(), 0.5)).toBeNaN();
  });
});

describe('a spread', () => {
  test('has the value in the middle, whatever order they come in', () => {
    expect(spreadOf([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30 });
  });

  test('has the middle between two values of an even number', () => {
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  test('of one value is that value', () => {
    expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7 });
  });

  test('has its median between its ends, with as many values below as above', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1 }), (values) => {
        const { median, min, max } = spreadOf(values);
        expect(min).toBe(Math.min(...values));
        expect(max).toBe(Math.max(...values));
        const below = values.filter((value) => value < median).length;
        const above = values.filter((value) => value > median).length;
        expect(below).toBeLessThanOrEqual(values.length / 2);
        expect(above).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});
