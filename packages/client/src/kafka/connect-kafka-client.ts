import { setMaxListeners } from 'node:events';
import {
  type Cluster,
  createSender,
  hintingAtToken,
  keyOf,
  type Sender,
  unreadableBatch,
  wayToCluster,
} from '@jambus/bus/kafka-connection';
import { DEFAULT_KAFKA_SESSION_MS } from '@jambus/bus/kafka-group';
import { pause, retry } from '@jambus/bus/waiting';
import { type BusNames, busNames, JambusError } from '@jambus/schema';
import type { KafkaMessage } from 'kafkajs';
import type { JambusClient } from '../client.ts';
import { type CommandDesk, type CommandOutlet, createCommandDesk } from '../command-desk.ts';
import { createClient } from '../create-client.ts';
import { DEFAULT_CONNECT_WITHIN_MS, DEFAULT_NAME } from '../options.ts';
import { guarded } from '../trouble.ts';
import { kafkaClaims } from './claims.ts';
import { createKafkaSubscription } from './kafka-subscription.ts';
import type { KafkaClientOptions } from './options.ts';
import { endsOf, isTopicMissing, noTopic, type Places, unlessMissing } from './places.ts';
import { eventSubscription, type Readers, resultSubscription } from './subscriptions.ts';
import { readTail, type Tail } from './tail.ts';

/**
 * Connects a microservice to the bus of the adapters, Kafka. The topics are made by the adapters.
 *
 * It takes as long as the brokers take to let a new consumer group begin, which is 3 s unless they are told otherwise
 * (`group.initial.rebalance.delay.ms`): results are read in a group of this client's own.
 *
 * @throws JambusError `bad_config` for files that cannot be used, `bus_refused` when the cluster does not let us in,
 *   `bus_unavailable` when it does not answer in time, `stopped` when the signal aborts
 */
export async function connectKafkaClient(options: KafkaClientOptions): Promise<JambusClient> {
  const { clientId = DEFAULT_NAME, signal, sessionMs = DEFAULT_KAFKA_SESSION_MS } = options;
  const names = busNames(options.prefix, options.names);
  const onTrouble = guarded(options.onTrouble);
  const cluster = wayToCluster({ ...options, clientId }, onTrouble);
  const sender = createSender(cluster, { compression: options.compression });
  const until = performance.now() + (options.connectWithinMs ?? DEFAULT_CONNECT_WITHIN_MS);
  const closing = new AbortController();
  // Every subscription listens, which is as many as there are and no leak.
  setMaxListeners(0, closing.signal);
  const readers: Readers = { cluster, names, clientId, sessionMs, onTrouble, closed: closing.signal };
  const desk = createCommandDesk(commandOutlet(cluster, names, sender), options);

  const from = await retry(() => firstContact(readers, sender), {
    until,
    signal,
    doing: `connecting to ${options.brokers.join(' or ')}`,
    translate: (error) => hintingAtToken(JambusError.from(error), options.sasl),
  });
  const results = followResults(readers, desk, from ?? new Map());
  const disconnect = async (): Promise<void> => {
    sender.close();
    closing.abort();
    await results.ended.catch(() => {});
  };
  try {
    // Without the topic, there is nothing that it could begin with.
    if (from !== undefined) await begins(results, until, signal);
  } catch (error) {
    await disconnect();
    throw error;
  }

  return createClient({
    desk,
    source: `/${clientId}`,
    api: options.api,
    drainMs: options.drainMs,
    subscribeEvents: (how) => createKafkaSubscription(eventSubscription(readers, how)),
    claimCalls: (how) => kafkaClaims(readers, how),
    onTrouble,
    subscribeResults: (how) => createKafkaSubscription(resultSubscription(readers, how)),
    // Commits are waited for where they are made.
    flush: async () => {},
    disconnect,
  });
}

/** Where the results end, so that those of our commands come behind it; undefined when there is no such topic yet. */
async function firstContact({ cluster, names }: Readers, sender: Sender): Promise<Places | undefined> {
  const ends = await unlessMissing(endsOf(cluster, names.results));
  await sender.connect().catch((error: unknown) => {
    // Who may not publish may still read, and is told when it sends.
    if (JambusError.from(error).retryable) throw error;
  });
  return ends;
}

async function begins({ begun, ended }: Tail, until: number, signal: AbortSignal | undefined): Promise<void> {
  const over = new AbortController();
  const late = async (): Promise<never> => {
    await pause(until - performance.now(), over.signal, ...(signal === undefined ? [] : [signal]));
    if (signal?.aborted) throw new JambusError('stopped', 'connecting: told to stop before it worked');
    throw new JambusError('bus_unavailable', 'connecting: results cannot be read in time, as no group has let us in');
  };
  try {
    await Promise.race([begun, ended, late()]);
  } finally {
    over.abort();
  }
}

function commandOutlet(cluster: Cluster, names: BusNames, sender: Sender): CommandOutlet {
  return {
    connected: () => cluster.connected,
    publish: async ({ callSid, attributes, payload }) => {
      const failure = await sender.send([{ topic: names.commands, key: callSid, attributes, payload }]);
      if (failure === undefined) return { kind: 'stored' };
      const { error, mayBeThere } = failure;
      // It would wait for an adapter that may never come.
      if (!mayBeThere && isTopicMissing(error)) return { kind: 'refused', error: noTopic(names.commands) };
      return { kind: error.retryable ? 'unanswered' : 'refused', error };
    },
  };
}

/** Reads the results of all commands, whoever sent them: there is no telling where ours will be. */
function followResults(readers: Readers, desk: CommandDesk, from: Places): Tail {
  const { names, onTrouble, closed } = readers;
  const take = (message: KafkaMessage): void => {
    const unreadable = unreadableBatch(message);
    if (unreadable !== undefined) onTrouble(unreadable);
    const callSid = keyOf(message);
    if (callSid === undefined || message.value === null) return;
    try {
      desk.take(callSid, message.value);
    } catch (error) {
      onTrouble(JambusError.from(error, 'bad_message'));
    }
  };
  const put = (messages: readonly KafkaMessage[]): void => {
    for (const message of messages) take(message);
  };
  const shelf = { hasRoom: true, put };
  const tail = readTail({ ...readers, topic: names.results, from, shelfOf: () => shelf }, closed);
  // Without results no command has an outcome.
  tail.ended.catch((error: unknown) => desk.close(JambusError.from(error)));
  return tail;
}
