import { verdict } from './availability.ts';

const there = { available: true };
const missing = { available: false };

test('a suite runs when its broker is there, on a developer machine and in CI', () => {
  expect([verdict(there, {}), verdict(there, { CI: 'true' })]).toEqual(['run', 'run']);
});

test('a suite without its broker is skipped on a developer machine', () => {
  const notCi = [{}, { CI: '' }, { CI: 'false' }, { CI: '0' }];
  expect(notCi.map((environment) => verdict(missing, environment))).toEqual(['skip', 'skip', 'skip', 'skip']);
});

test('a suite without its broker fails in CI, where nobody reads what was skipped', () => {
  expect([verdict(missing, { CI: 'true' }), verdict(missing, { CI: '1' })]).toEqual(['fail', 'fail']);
});
