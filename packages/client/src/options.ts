import type { Channel, JambusError } from '@jambus/schema';
import type { PlatformApi } from './calls/create-call.ts';

/** What the clients of all buses have in common. */
export interface ClientOptions {
  /** First part of every subject or topic, as the adapters have it; by default `jambonz`. */
  readonly prefix?: string | undefined;
  /** Names in place of `<prefix>.<channel>`, as the adapters have them. */
  readonly names?: Partial<Record<Channel, string>> | undefined;
  /** How long to try to connect before giving up, ms; by default 10,000. Once connected, it is tried for ever. */
  readonly connectWithinMs?: number | undefined;
  /** Ends the trying to connect. */
  readonly signal?: AbortSignal | undefined;
  /** How long a result may take beyond the command's expiry, ms; by default 2,000. */
  readonly resultMarginMs?: number | undefined;
  /** Most commands without a result; beyond, `send` rejects with `overloaded`. By default 10,000. */
  readonly maxUnderWay?: number | undefined;
  /** Where `calls.create` places calls. */
  readonly api?: PlatformApi | undefined;
  /** How long `close` waits for what is under way, ms; by default 5,000. */
  readonly drainMs?: number | undefined;
  /**
   * Told of what goes wrong and is tried again or passed over: lost connections, records that are none. By default a warning
   * of the process.
   */
  readonly onTrouble?: ((error: JambusError) => void) | undefined;
}

export const DEFAULT_NAME = 'jambus-client';
export const DEFAULT_CONNECT_WITHIN_MS = 10_000;
export const DEFAULT_RESULT_MARGIN_MS = 2_000;
export const DEFAULT_MAX_UNDER_WAY = 10_000;
export const DEFAULT_DRAIN_MS = 5_000;
