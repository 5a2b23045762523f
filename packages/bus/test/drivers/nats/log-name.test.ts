import { logNameOf } from '../../../src/drivers/nats/log-name.ts';

test('streams that were created a nanosecond apart have different logs', () => {
  const names = ['2026-11-26T19:42:32.123456789Z', '2026-11-26T19:42:32.12345679Z', '2026-11-26T19:42:33Z'].map(
    (created) => logNameOf(created, 3),
  );
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[0-9a-z]{12}\/3$/);
});

test('zeros at the end of a creation time, which servers leave out, make no other log', () => {
  expect(logNameOf('2026-11-26T19:42:32.1Z', 0)).toBe(logNameOf('2026-11-26T19:42:32.100000000Z', 0));
  expect(logNameOf('2026-11-26T19:42:32.000000001Z', 0)).not.toBe(logNameOf('2026-11-26T19:42:32.1Z', 0));
});
