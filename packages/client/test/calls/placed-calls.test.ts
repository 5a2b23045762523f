import { JambusError } from '@jambus/schema';
import { createPlacedCalls } from '../../src/calls/placed-calls.ts';

test('a call that was placed as the client was closed is not waited for', async () => {
  const placed = createPlacedCalls();
  placed.close(new JambusError('stopped', 'the client is closed'));
  await expect(placed.outcomeOf('call', 60_000)).rejects.toMatchObject({ code: 'stopped' });
});
