import { rendezvous } from '../../src/reports/rendezvous.ts';

const lanes = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
const keys = Array.from({ length: 2_000 }, (_, i) => `call-${i}`);

describe('rendezvous hashing', () => {
  test('spreads calls over the adapters', () => {
    for (const lane of lanes) {
      const share = keys.filter((key) => rendezvous(key, lanes) === lane).length / keys.length;
      expect(share).toBeGreaterThan(0.2);
      expect(share).toBeLessThan(0.3);
    }
  });

  test('moves only the calls of an adapter that leaves', () => {
    const rest = lanes.slice(1);
    for (const key of keys) {
      const before = rendezvous(key, lanes);
      if (before !== lanes[0]) expect(rendezvous(key, rest)).toBe(before);
    }
  });

  test('has nobody to name when there is nobody', () => {
    expect(rendezvous('call', [])).toBeUndefined();
  });
});
