import type { StreamInfo } from 'nats';
import { fromNats } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';

type Looking = Pick<NatsLink, 'jsm' | 'nc'>;

/** So many copies, of which two confirm, survive any one server. */
const ENOUGH_COPIES = 3;

/**
 * A stream that was made with fewer copies than the settings say gets more, while it goes on. One that has more keeps them.
 *
 * @returns what it risks all the same, with what follows from it and what to do, for an operator; undefined for nothing. A
 *   server alone has been chosen as it is.
 */
export async function withCopies(
  { config }: StreamInfo,
  { jsm, nc }: Looking,
  replicas: number,
): Promise<string | undefined> {
  const { name, num_replicas: copies } = config;
  if (copies < replicas) {
    try {
      await jsm.streams.update(name, { ...config, num_replicas: replicas });
      return undefined;
    } catch (error) {
      return fromNats(error, `stream ${name} has ${copies} of the ${replicas} copies of the settings`).message;
    }
  }
  // As far as the server tells clients of others.
  const servers = new Set(nc.info?.connect_urls).size;
  if (servers < 2 || copies > 1) return undefined;
  return (
    `stream ${name} has one copy on ${servers} servers: what its server has is away or lost with it. Set ` +
    `JAMBUS_NATS_REPLICAS to ${ENOUGH_COPIES}; the streams get them when an adapter starts that may change streams`
  );
}
