import ipaddr from 'ipaddr.js';

/** What one subscriber of a network has at least: the first 64 bits (RFC 6177, RFC 4291 section 2.5.1). */
const IPV6_PREFIX_BITS = 64;

/**
 * Whom an address counts for where a peer may have so many connections: an IPv4 address stands for itself, also as IPv6
 * writes it (`::ffff:192.0.2.1`). An IPv6 address stands for its network, as one machine has all addresses of one.
 *
 * @param address as a socket tells it; undefined: the peer is gone
 */
export function peerOf(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return address ?? '';
  const found = ipaddr.process(address);
  if (found.kind() === 'ipv4') return found.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(
    `${found.toNormalizedString().replace(/%.*/, '')}/${IPV6_PREFIX_BITS}`,
  );
  return `${network}/${IPV6_PREFIX_BITS}`;
}
