import { connect } from 'node:net';
import { JambusError } from '@jambus/schema';
import { nobodyListens } from '../../src/link/link-end.ts';

test('a port that nobody listens on is told from a link that was cut', async () => {
  const refusal = await new Promise((resolve) => connect(1, '127.0.0.1').once('error', resolve));
  expect(nobodyListens(JambusError.from(refusal, 'link_unavailable'))).toBe(true);
  const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  expect(nobodyListens(JambusError.from(reset, 'link_unavailable'))).toBe(false);
  expect(nobodyListens(new JambusError('link_unavailable', 'the other end of the link has gone silent'))).toBe(false);
  expect(nobodyListens({ code: 1006, reason: '' })).toBe(false);
});
