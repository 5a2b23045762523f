import { JambusError } from '@jambus/schema';
import {
  type ConnectionOptions,
  connect,
  createInbox,
  Events,
  type JetStreamClient,
  type JetStreamManager,
  type Msg,
  type NatsConnection,
  type Status,
} from 'nats';
import { retry } from '../../../waiting/retry.ts';
import { authenticatorOf } from './authentication.ts';
import { allowCarriageReturns } from './carriage-returns.ts';
import { fromNats } from './errors.ts';
import { type RecordWriter, recordWriterOf } from './record-writer.ts';
import type { NatsConnectionSettings } from './settings.ts';

/** What happens to a connection, for those who have something under way on it. */
export type LinkEvent =
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected' }
  /** It does not come back; `error` unless it was closed from here. */
  | { readonly kind: 'closed'; readonly error: JambusError | undefined }
  /** The server does not let this user publish on the subject. It says so beside the stream, not as an answer. */
  | { readonly kind: 'publish_refused'; readonly subject: string };

export interface LinkSubscription {
  /** No message comes any more. */
  unsubscribe(): void;
  /** Only messages come that are on their way already. */
  drain(): void;
}

/** A connection that comes back by itself. */
export interface NatsLink {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** Publishes records at less cost than the client, where it can. */
  readonly writer: RecordWriter;
  readonly onTrouble: (error: JambusError) => void;
  connected(): boolean;
  /** A subject for answers that nobody else has. */
  inbox(): string;
  /** @returns what ends the listening */
  listen(listener: (event: LinkEvent) => void): () => void;
  /** The client lets an exception in a callback stall its connection without a word; here it becomes trouble. */
  subscribe(subject: string, onMessage: (message: Msg) => void, queue?: string): LinkSubscription;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly connection: NatsConnectionSettings;
  /** Told of what goes wrong and is tried again. */
  readonly onTrouble: (error: JambusError) => void;
  /** When to give up, on the clock of `performance.now()`; and what ends the trying before. */
  readonly until: number;
  readonly signal: AbortSignal | undefined;
}

/** How long JetStream may take to answer a request, ms. */
const REQUEST_TIMEOUT_MS = 2_000;
const DIAL_TIMEOUT_MS = 5_000;
/** Unanswered pings show a connection that is only half open. */
const PING_INTERVAL_MS = 10_000;
/** Waits between attempts to reconnect are half of how long the connection has been away, within these, ms. */
const SHORTEST_REDIAL_MS = 50;
const LONGEST_REDIAL_MS = 2_000;

/**
 * Connects, trying until it is time to give up.
 *
 * @throws JambusError `bad_config` for credentials that cannot be read, `bus_refused` when the server does not let us in,
 *   `bus_unavailable` when none answers in time, `stopped` when the signal aborts
 */
export async function openLink(options: LinkOptions): Promise<NatsLink> {
  let downSince = performance.now();
  const { servers } = options.connection;
  const dialling = {
    ...connectionOptions(options.connection),
    reconnectDelayHandler: () => {
      const away = (performance.now() - downSince) / 2;
      return Math.min(LONGEST_REDIAL_MS, Math.max(SHORTEST_REDIAL_MS, away)) * (0.75 + Math.random() / 2);
    },
  };
  const nc = await retry(() => connect(dialling), {
    ...options,
    doing: `connecting to ${servers.join(' or ')}`,
    translate: fromNats,
  });
  allowCarriageReturns(nc);
  const listeners = new Set<(event: LinkEvent) => void>();
  const trouble = options.onTrouble;
  let connected = true;

  const tell = (event: LinkEvent): void => {
    for (const listener of [...listeners]) {
      try {
        listener(event);
      } catch (error) {
        trouble(JambusError.from(error));
      }
    }
  };

  const onStatus = ({ type, data, permissionContext }: Status): void => {
    if (type === Events.Disconnect) {
      connected = false;
      downSince = performance.now();
      tell({ kind: 'disconnected' });
      trouble(new JambusError('bus_unavailable', `the connection to ${String(data)} is gone, dialling again`));
    } else if (type === Events.Reconnect) {
      connected = true;
      tell({ kind: 'connected' });
    } else if (type === Events.Error) {
      const subject = permissionContext?.subject ?? '';
      const what = subject === '' ? String(data) : `no rights for ${permissionContext?.operation} on ${subject}`;
      trouble(new JambusError('bus_refused', `the NATS server: ${what}`));
      if (permissionContext?.operation === 'publish') tell({ kind: 'publish_refused', subject });
    }
  };
  const watching = watch(nc, onStatus).then((error) => {
    connected = false;
    tell({ kind: 'closed', error });
  });

  return {
    nc,
    js: nc.jetstream({ timeout: REQUEST_TIMEOUT_MS }),
    jsm: await nc.jetstreamManager({ checkAPI: false, timeout: REQUEST_TIMEOUT_MS }),
    writer: recordWriterOf(nc),
    onTrouble: trouble,
    connected: () => connected && !nc.isClosed(),
    inbox: () => createInbox(options.connection.inboxPrefix),
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    subscribe: (subject, onMessage, queue) => {
      const subscription = nc.subscribe(subject, {
        ...(queue !== undefined && { queue }),
        callback: (error, message) => {
          try {
            if (error !== null) throw error;
            onMessage(message);
          } catch (thrown) {
            trouble(fromNats(thrown, `taking a message of ${subject}`));
          }
        },
      });
      return {
        unsubscribe: () => subscription.unsubscribe(),
        // It fails only where nothing can come any more: closed before, or by then.
        drain: () => void subscription.drain().catch(() => {}),
      };
    },
    close: async () => {
      await nc.close();
      await watching;
    },
  };
}

/** Never rejects: resolves when the connection is closed, with the error that closed it. */
async function watch(nc: NatsConnection, onStatus: (status: Status) => void): Promise<JambusError | undefined> {
  const statuses = nc.status();
  const reading = async (): Promise<undefined> => {
    for await (const status of statuses) onStatus(status);
  };
  // The iterator outlives a closed connection, so it is left rather than awaited.
  const error = await Promise.race([reading(), nc.closed()]).catch((thrown: unknown) => thrown);
  return error === undefined ? undefined : fromNats(error, 'the connection');
}

function connectionOptions(settings: NatsConnectionSettings): ConnectionOptions {
  const { servers, name = 'jambus', inboxPrefix, caFile, certFile, keyFile } = settings;
  const authenticator = authenticatorOf(settings);
  const files = {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
  const encrypted = Object.keys(files).length > 0 || servers.some((server) => server.startsWith('tls://'));
  return {
    servers: servers.map((server) => server.replace(/^(?:nats|tls):\/\//, '')),
    name,
    timeout: DIAL_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxReconnectAttempts: -1,
    // Rights may come back just as a server does, and what an operator sees in the meantime is trouble and no readiness.
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
    ...(inboxPrefix !== undefined && { inboxPrefix }),
    ...(authenticator !== undefined && { authenticator }),
    ...(encrypted && { tls: files }),
  };
}
