import { StorageType, type StreamConfig } from 'nats';
import type { NatsStreamSettings } from './options.ts';

/** How a stream is made, as every client is shown it. */
export type StreamMake = Pick<StreamConfig, 'name' | 'num_replicas' | 'storage'> &
  Partial<Pick<StreamConfig, 'deny_purge' | 'sealed'>> & {
    /** Of servers since 2.12; older ones have no such thing, and confirm nothing before it is written. */
    readonly persist_mode?: string;
  };

/** So many copies, of which two confirm, survive any one server. */
const ENOUGH_COPIES = 3;
/** A server changes neither of a stream that is there. */
const MADE_ANEW =
  'let everything be consumed, stop the adapters and delete the streams and buckets; the adapters make them anew';

/**
 * What a number of copies does not hold of what jambus promises: each with what follows from it and what to do, for an
 * operator. A server alone has been chosen as it is.
 *
 * @param servers of the cluster
 */
export function risksOfCopies({ name, num_replicas: copies }: StreamMake, servers: number): string[] {
  if (servers > 1 && copies === 1) {
    return [
      `stream ${name} has one copy on ${servers} servers: what its server has is away or lost with it. Set ` +
        `JAMBUS_NATS_REPLICAS to ${ENOUGH_COPIES}; the streams get them when an adapter starts that may change streams`,
    ];
  }
  if (copies % 2 === 0) {
    return [
      `stream ${name} has ${copies} copies and needs ${copies / 2 + 1} of them: it bears the loss of no more servers than ` +
        `with ${copies - 1}. Set JAMBUS_NATS_REPLICAS to ${copies + 1}`,
    ];
  }
  return [];
}

/**
 * What the way in which a stream is kept does not hold of what jambus promises, as `risksOfCopies`. How often a server
 * syncs to disk is not among it: NATS shows that to the operators of the server only.
 *
 * @param wanted where the settings have streams kept
 */
export function risksOfKeeping(make: StreamMake, wanted: NatsStreamSettings['storage']): string[] {
  return [...risksOfStorage(make, wanted), ...risksOfPurging(make)];
}

function risksOfPurging({ name, deny_purge: deniesPurge, sealed }: StreamMake): string[] {
  // What else a sealed one does not take is a fault.
  if (deniesPurge !== true || sealed === true) return [];
  return [
    `stream ${name} lets nobody purge it (deny_purge): what is dealt with makes no room. To have it purged ${MADE_ANEW}`,
  ];
}

function risksOfStorage(make: StreamMake, wanted: NatsStreamSettings['storage']): string[] {
  const { name, num_replicas: copies, storage, persist_mode: persistMode } = make;
  if (storage === StorageType.Memory && wanted === 'file') {
    return [
      `stream ${name} is kept in memory, and not on disk as JAMBUS_NATS_STORAGE says: a server that restarts has lost ` +
        `it. To have it on disk ${MADE_ANEW}`,
    ];
  }
  if (storage === StorageType.Memory && copies > 1) {
    return [
      `stream ${name} has its ${copies} copies in memory: what it has is lost when its servers restart at the same time. ` +
        `To have it on disk set JAMBUS_NATS_STORAGE to file, ${MADE_ANEW}`,
    ];
  }
  if (persistMode === 'async') {
    return [
      `stream ${name} confirms records before they are written (persist_mode async), and those are lost when its server ` +
        `is killed. To have them written first ${MADE_ANEW}`,
    ];
  }
  return [];
}

/** What gateways take from jambonz unless they are set otherwise (`JAMBUS_MAX_INBOUND_BYTES`), bytes. */
const USUAL_MESSAGE_BYTES = 1_048_576;

/**
 * Whether events can be too large for the bus although gateways take them from jambonz, as `risksOfCopies`.
 *
 * @param maxPayload of the server, in bytes
 */
export function risksOfSize({ max_msg_size: size }: Pick<StreamConfig, 'max_msg_size'>, maxPayload: number): string[] {
  const byStream = size > 0 && size < maxPayload;
  const most = byStream ? size : maxPayload;
  if (most >= USUAL_MESSAGE_BYTES) return [];
  const what = byStream ? 'max_msg_size of the stream of events' : 'max_payload of the NATS server';
  return [
    `${what} is ${most} bytes, with headers: of a larger event only jambus:omitted comes. Raise it to more than what the ` +
      `gateways take from jambonz (JAMBUS_MAX_INBOUND_BYTES, ${USUAL_MESSAGE_BYTES} by default), or lower that`,
  ];
}
