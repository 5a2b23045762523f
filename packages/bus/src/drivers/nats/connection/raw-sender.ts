import type { NatsConnection } from 'nats';

/** Puts bytes of the protocol on a connection as they are, in order with all else that the client sends. */
export type SendRaw = (bytes: Uint8Array) => void;

/** The client whose inside was read. */
const KNOWN_CLIENT = '2.29.3';

/** What the client has inside, and does not promise. */
interface Inside {
  readonly protocol?: {
    readonly transport?: { readonly version?: unknown };
    readonly sendCommand?: (bytes: Uint8Array) => void;
  };
}

/**
 * The way of the client itself to send bytes: they wait while there is no connection, and are dropped when another one is
 * made, as what it publishes. It is not documented.
 *
 * @returns undefined for a client other than the known one: publish with it then
 */
export function rawSenderOf(nc: NatsConnection): SendRaw | undefined {
  const { protocol } = nc as Inside;
  if (typeof protocol?.sendCommand !== 'function' || protocol.transport?.version !== KNOWN_CLIENT) return undefined;
  return (bytes) => protocol.sendCommand?.(bytes);
}
