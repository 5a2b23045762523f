import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

interface Door {
  readonly basicAuth?: string | undefined;
  readonly websocketHost: string;
}

/** Whether others than this machine reach the port of jambonz, and need no credentials there. */
export function isOpenToAll({ basicAuth, websocketHost }: Door): boolean {
  return basicAuth === undefined && !isLoopback(websocketHost);
}

function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
