import type { StreamInfo } from 'nats';
import { fromNats } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import type { NatsStreamSettings } from './options.ts';
import { risksOfCopies, risksOfKeeping } from './stream-risks.ts';

type Looking = Pick<NatsLink, 'jsm' | 'nc'>;

/**
 * A stream that was made with fewer copies than the settings say gets more, while it goes on. One that has more keeps them.
 *
 * @returns what it risks all the same, each with what follows from it and what to do, for an operator
 */
export async function withCopies(
  { config }: StreamInfo,
  { jsm, nc }: Looking,
  { replicas, storage }: Pick<NatsStreamSettings, 'replicas' | 'storage'>,
): Promise<string[]> {
  // As far as the server tells clients of others.
  const servers = new Set(nc.info?.connect_urls).size;
  const { name, num_replicas: copies } = config;
  if (copies >= replicas) return [...risksOfCopies(config, servers), ...risksOfKeeping(config, storage)];
  const grown = { ...config, num_replicas: replicas };
  try {
    await jsm.streams.update(name, grown);
    return [...risksOfCopies(grown, servers), ...risksOfKeeping(grown, storage)];
  } catch (error) {
    const { message } = fromNats(error, `stream ${name} has ${copies} of the ${replicas} copies of the settings`);
    return [message, ...risksOfKeeping(config, storage)];
  }
}
