import { whileHeld } from '../../../src/drivers/nats/while-held.ts';
import type { CommandRecord } from '../../../src/port/index.ts';
import { ALONE } from '../../support/alone.ts';
import { recordOf } from '../../support/records.ts';

test('a record that is read when the lease is over does not come to the handler, whatever timers have fired', async () => {
  let held = true;
  const handled: CommandRecord[] = [];
  const handler = whileHeld({ isHeld: () => held }, async (record) => {
    handled.push(record);
    return { kind: 'done' };
  });
  const { signal } = new AbortController();
  expect(await handler(recordOf('call', 1), signal, ALONE)).toEqual({ kind: 'done' });
  held = false;
  expect(await handler(recordOf('call', 2), signal, ALONE)).toMatchObject({ kind: 'retry' });
  expect(handled).toEqual([recordOf('call', 1)]);
});
