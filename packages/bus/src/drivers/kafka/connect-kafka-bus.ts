import { busNames, JambusError } from '@jambus/schema';
import { DEFAULT_LANES_SETTINGS } from '../../lanes/index.ts';
import { type Bus, type CommandHandler, NO_HISTORY, NO_REQUESTS } from '../../port/index.ts';
import { retry } from '../../waiting/retry.ts';
import { wayToCluster } from './connection/cluster.ts';
import { fromKafka, typeOf } from './connection/errors.ts';
import type { KafkaConnectionSettings } from './connection/settings.ts';
import { type Reading, readCommands } from './kafka-command-source.ts';
import { createKafkaSink } from './kafka-sink.ts';
import {
  DEFAULT_KAFKA_CONNECT_WITHIN_MS,
  DEFAULT_KAFKA_SESSION_MS,
  DEFAULT_KAFKA_STOP_MS,
  type KafkaBusOptions,
} from './options.ts';
import { ensureTopics } from './topics.ts';

/**
 * Connects to a Kafka cluster, and creates the topics that are missing unless told otherwise. `onTrouble` may be called from
 * here on.
 *
 * @throws JambusError `bad_config` when a setting or a topic cannot be used, `bus_refused` when the cluster does not let us
 *   in, `bus_unavailable` when it does not answer in time, `stopped` when the signal aborts
 */
export async function connectKafkaBus(options: KafkaBusOptions): Promise<Bus> {
  const { connection, names = busNames(), lanes = DEFAULT_LANES_SETTINGS, signal } = options;
  const { group = `${names.commands}.adapters`, sessionMs = DEFAULT_KAFKA_SESSION_MS } = options;
  const until = performance.now() + (options.connectWithinMs ?? DEFAULT_KAFKA_CONNECT_WITHIN_MS);
  const onFailure = (error: JambusError) => options.onTrouble({ kind: 'broker_failed', error });
  const cluster = wayToCluster(connection, onFailure);
  const settings = { create: true, ...options.topics };
  const ensure = () => ensureTopics({ cluster, brokers: connection.brokers, names, settings });
  // Topics may be deleted under way.
  const ensureAgain = once(() => ensure().catch(onFailure));
  const sink = createKafkaSink({ cluster, names, onTopicMissing: ensureAgain });
  const preparing = async (): Promise<void> => {
    try {
      await ensure();
      await sink.connect();
    } catch (error) {
      throw hinting(fromKafka(error, 'connecting'), connection);
    }
  };
  await retry(preparing, {
    until,
    signal,
    doing: `connecting to ${connection.brokers.join(' or ')}`,
    translate: fromKafka,
  });

  const closing = new AbortController();
  const readings = new Set<Reading>();
  const source = {
    member: { cluster, group, topic: names.commands, sessionMs, onTrouble: onFailure },
    lanes: {
      publishDeadLetter: (letter: Parameters<typeof sink.publish>[0][number]) => sink.publish([letter]),
      channelName: names.commands,
      onTrouble: options.onTrouble,
      settings: lanes,
    },
    stopMs: options.stopMs ?? DEFAULT_KAFKA_STOP_MS,
    onFailure: (error: JambusError) => {
      onFailure(error);
      if (typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') ensureAgain();
    },
  };
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing.abort();
    // Handlers that end now still publish their results and dead letters.
    await Promise.allSettled([...readings].map(({ ended }) => ended));
    sink.close();
  };

  return {
    capabilities: { driver: 'kafka', durable: true, dedupesPublishes: false, shared: true, requests: false },
    commands: {
      run: async (handler: CommandHandler, signal: AbortSignal) => {
        if (signal.aborted || closing.signal.aborted) return;
        const reading = readCommands(source, handler, AbortSignal.any([signal, closing.signal]));
        readings.add(reading);
        try {
          await reading.ended;
        } finally {
          readings.delete(reading);
        }
      },
    },
    sink,
    requests: NO_REQUESTS,
    // An event is somewhere in its partition, and nowhere to be looked up.
    history: NO_HISTORY,
    healthy: () =>
      !closing.signal.aborted && cluster.connected && [...readings].every(({ inGroup }) => inGroup !== false),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** The client takes a broker's word that a token is no good for its consent, and only sees that it is cut off then. */
function hinting(error: JambusError, { sasl }: KafkaConnectionSettings): JambusError {
  if (!error.retryable || sasl?.mechanism !== 'oauthbearer') return error;
  return new JambusError(error.code, `${error.message}; brokers also say so when they do not take the token`, {
    cause: error.cause,
  });
}

/** Runs the work, unless it runs already. It must not throw. */
function once(work: () => Promise<void>): () => void {
  let running = false;
  return () => {
    if (running) return;
    running = true;
    void work().finally(() => {
      running = false;
    });
  };
}
