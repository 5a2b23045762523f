import { busNames, type JambusError } from '@jambus/schema';
import { DEFAULT_LANES_SETTINGS } from '../../lanes/index.ts';
import { type Bus, type CommandHandler, EQUAL_STANDING, NO_REQUESTS } from '../../port/index.ts';
import { retry } from '../../waiting/retry.ts';
import { hintingAtToken } from './connection/authentication.ts';
import { wayToCluster } from './connection/cluster.ts';
import { fromKafka, typeOf } from './connection/errors.ts';
import { createSender } from './connection/sender.ts';
import { DEFAULT_KAFKA_SESSION_MS } from './group/group-member.ts';
import type { Reading } from './group/read-as-group.ts';
import { createCallHistory } from './history/call-history.ts';
import { readCommands } from './kafka-command-source.ts';
import { createKafkaSink } from './kafka-sink.ts';
import { DEFAULT_KAFKA_CONNECT_WITHIN_MS, DEFAULT_KAFKA_STOP_MS, type KafkaBusOptions } from './options.ts';
import { watchTopics } from './topic-watch.ts';

/** How long what is on its way to the brokers may take when the bus is closed, ms. */
const FLUSH_WITHIN_MS = 2_000;

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
  const topics = watchTopics({ cluster, brokers: connection.brokers, names, settings }, options.onTrouble);
  const { compression } = options;
  const sender = createSender(cluster, {
    compression,
    onTopicMissing: topics.lookAgain,
    mostBytes: topics.maxBytes,
  });
  const sink = createKafkaSink(sender, names);
  const preparing = async (): Promise<void> => {
    try {
      await topics.firstLook();
      await sender.connect();
    } catch (error) {
      throw hintingAtToken(fromKafka(error, 'connecting'), connection.sasl);
    }
  };
  const doing = `connecting to ${connection.brokers.join(' or ')}`;
  try {
    await retry(preparing, { until, signal, doing, translate: fromKafka });
  } catch (error) {
    topics.end();
    throw error;
  }
  topics.start();

  const history = createCallHistory(cluster, names);
  const closing = new AbortController();
  const readings = new Set<Reading>();
  const source = {
    reading: {
      member: {
        cluster,
        topic: names.commands,
        protocol: 'jambus-sticky',
        sessionMs,
        standing: options.standing ?? EQUAL_STANDING,
        onLost: (detail: string) => options.onTrouble({ kind: 'commands_skipped', detail }),
        onTrouble: onFailure,
      },
      group: () => group,
      onFailure: (error: JambusError) => {
        onFailure(error);
        if (typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') topics.lookAgain();
      },
    },
    lanes: {
      publishDeadLetter: (letter: Parameters<typeof sink.publish>[0][number]) => sink.publish([letter]),
      channelName: names.commands,
      onTrouble: options.onTrouble,
      settings: lanes,
    },
    stopMs: options.stopMs ?? DEFAULT_KAFKA_STOP_MS,
  };
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing.abort();
    // Handlers that end now still publish their results and dead letters.
    await Promise.allSettled([...readings].map(({ ended }) => ended));
    // Cut off now, it could be there or not, and whoever sent it would have to send it again.
    await sender.flush(FLUSH_WITHIN_MS);
    sender.close();
    topics.end();
    history.close();
  };

  return {
    capabilities: { driver: 'kafka', durable: true, dedupesPublishes: false, shared: true, requests: false },
    names,
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
    history,
    healthy: () =>
      !closing.signal.aborted &&
      cluster.connected &&
      topics.faults.length === 0 &&
      [...readings].every(({ inGroup }) => inGroup !== false),
    faults: () => topics.faults,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
