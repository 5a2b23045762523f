import type { JambusError } from '@jambus/schema';
import kafkajs, { type Kafka } from 'kafkajs';
import { teachCodecs } from '../compression/index.ts';
import { saslOf } from './authentication.ts';
import { withoutIdleTimers } from './idle-timers.ts';
import { clientLog } from './log.ts';
import { askingForNamedTopics } from './named-topics.ts';
import type { KafkaConnectionSettings } from './settings.ts';
import { socketMaker } from './sockets.ts';

/** A client of the cluster for one purpose; it is replaced rather than mended. */
export interface KafkaClient {
  readonly kafka: Kafka;
  /** What a broker answered last that was an error. */
  readonly lastRefusal: () => string | undefined;
  /** Cuts its connections for good, which ends everything that it still tries. */
  end(): void;
}

/** The way to one cluster. */
export interface Cluster {
  /** Whether any client of ours has a connection. */
  readonly connected: boolean;
  /** @param onPositionLost told when a partition has nothing at the offset that a consumer of this client was to read next */
  newClient(onPositionLost?: (partition: number) => void): KafkaClient;
}

const DIAL_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
/**
 * How long before its session ends a client signs in again. Sessions may be short (`connections.max.reauth.ms`), and one that
 * is shorter than this would never count as signed in.
 */
const SIGN_IN_EARLY_MS = 2_000;

/**
 * All of them are given, as the client has others in a test than in production. It is to give up soon: what is tried for
 * ever is tried by us, each time with new connections, as the client keeps those that have gone silent.
 */
export const CLIENT_RETRIES = { initialRetryTime: 100, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 4 };

/**
 * @param onTrouble told what the client tells nobody else
 * @throws JambusError `bad_config` when a file of the settings cannot be read
 */
export function wayToCluster(settings: KafkaConnectionSettings, onTrouble: (error: JambusError) => void): Cluster {
  const { brokers, clientId = 'jambus', tls, sasl } = settings;
  const allSockets = socketMaker(settings);
  const auth = sasl === undefined ? undefined : saslOf(sasl);
  teachCodecs();
  const newClient: Cluster['newClient'] = (onPositionLost = () => {}) => {
    const sockets = allSockets.socketsForOneClient();
    const log = clientLog(onTrouble, onPositionLost);
    const kafka = new kafkajs.Kafka({
      brokers: [...brokers],
      clientId,
      connectionTimeout: DIAL_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      reauthenticationThreshold: SIGN_IN_EARLY_MS,
      retry: CLIENT_RETRIES,
      socketFactory: sockets.factory,
      logLevel: kafkajs.logLevel.WARN,
      logCreator: log.create,
      ssl: tls !== undefined,
      ...(auth !== undefined && { sasl: auth }),
    });
    withoutIdleTimers(kafka);
    askingForNamedTopics(kafka);
    return { kafka, lastRefusal: log.lastRefusal, end: sockets.cut };
  };
  return {
    get connected() {
      return allSockets.connected;
    },
    newClient,
  };
}
