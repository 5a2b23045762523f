import { peerOf } from '../../src/connections/index.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['::1', '::/64'],
  [undefined, ''],
  ['elsewhere', 'elsewhere'],
])('the address %s counts for %s', (address, peer) => {
  expect(peerOf(address)).toBe(peer);
});

test('two machines of one network are one peer, those of two networks are two', () => {
  expect(peerOf('2001:db8::1')).toBe(peerOf('2001:db8::ffff:1'));
  expect(peerOf('2001:db8::1')).not.toBe(peerOf('2001:db8:0:1::1'));
});
