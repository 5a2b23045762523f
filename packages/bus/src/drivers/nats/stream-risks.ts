import { StorageType, type StreamInfo } from 'nats';
import type { NatsLink } from './connection/link.ts';
import type { NatsStreamSettings } from './options.ts';
import { withCopies } from './stream-copies.ts';

/**
 * Sees to it that a stream has the copies of the settings.
 *
 * @returns what can be used as it is and does not hold all that jambus promises: what follows, and what to do, for an operator
 */
export async function risksOf(
  info: StreamInfo,
  link: Pick<NatsLink, 'jsm' | 'nc'>,
  settings: NatsStreamSettings,
): Promise<readonly string[]> {
  const { name, storage, deny_purge: denyPurge, sealed } = info.config;
  const risks = [];
  const copies = await withCopies(info, link, settings.replicas);
  if (copies !== undefined) risks.push(copies);
  if (storage === StorageType.Memory && settings.storage === 'file') {
    risks.push(
      `stream ${name} is in the memory of its server and lost with it. Delete it when it is read, and adapters make it anew ` +
        'in a file; or set JAMBUS_NATS_STORAGE=memory',
    );
  }
  if (denyPurge && !sealed) {
    risks.push(
      `stream ${name} lets nobody purge it (deny_purge): what is dealt with makes no room. Delete it when it is read, and ` +
        'adapters make it anew',
    );
  }
  return risks;
}
