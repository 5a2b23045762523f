import { type Cluster, fromKafka, keyOf, readRecord } from '@jambus/bus/kafka-connection';
import { retry } from '@jambus/bus/waiting';
import { type BusNames, type CommandResult, cloudEventsType, JambusError } from '@jambus/schema';
import type { KafkaMessage } from 'kafkajs';
import type { EventOptions, ResultOptions } from '../client.ts';
import { type AskedType, type EventFor, readEventOf } from '../event.ts';
import { readResult } from '../result.ts';
import { type Durable, type DurableOptions, inboxWork, readDurable } from './durable.ts';
import type { Inbox } from './inbox.ts';
import type { KafkaSubscriptionOptions } from './kafka-subscription.ts';
import { endsOf, noTopic, type Places, unlessMissing, unplacedOf } from './places.ts';
import { readTail } from './tail.ts';

/** What all readers of a client need. */
export interface Readers {
  readonly cluster: Cluster;
  readonly names: BusNames;
  readonly clientId: string;
  readonly sessionMs: number;
  readonly onTrouble: (error: JambusError) => void;
  /** The client is closed. */
  readonly closed: AbortSignal;
}

export function eventSubscription<Type extends AskedType>(
  readers: Readers,
  { type, callSid, durable, signal }: EventOptions<Type>,
): KafkaSubscriptionOptions<EventFor<Type>> {
  const { names, onTrouble, closed } = readers;
  const wanted = type === undefined ? undefined : cloudEventsType(type);
  const read = (message: KafkaMessage): EventFor<Type> | undefined => {
    const key = keyOf(message);
    if (callSid !== undefined && key !== callSid) return undefined;
    const { attributes, payload } = readRecord(message);
    if (wanted !== undefined && attributes['type'] !== wanted) return undefined;
    if (key === undefined) throw new JambusError('bad_message', `an event in ${names.events} without a call`);
    return readEventOf(type, key, attributes, payload);
  };
  const filter = `${type ?? 'all types'} of ${callSid ?? 'all calls'}`;
  const begin = durable === undefined ? fromNow(readers, names.events) : shared(readers, durable, filter);
  return { begin, read, signal, closed, onTrouble };
}

export function resultSubscription(
  readers: Readers,
  { callSid, commandId, signal }: ResultOptions,
): KafkaSubscriptionOptions<CommandResult> {
  const { names, onTrouble, closed } = readers;
  const read = (message: KafkaMessage) => {
    if (callSid !== undefined && keyOf(message) !== callSid) return undefined;
    const result = readResult(readRecord(message).payload);
    return commandId === undefined || result.commandId === commandId ? result : undefined;
  };
  return { begin: fromNow(readers, names.results), read, signal, closed, onTrouble };
}

/** Everything published from now on. */
function fromNow(readers: Readers, topic: string) {
  return async (inbox: Inbox, stop: AbortSignal) => {
    const from = await look(topic, () => endsOf(readers.cluster, topic), stop);
    const { ended } = readTail({ ...readers, topic, from, shelfOf: (onRoom) => inbox.openShelf(-1, onRoom) }, stop);
    // The place is known, which is what counts.
    return { ready: Promise.resolve(), ended };
  };
}

/** What a durable name has not done yet. */
function shared(readers: Readers, name: string, filter: string) {
  return async (inbox: Inbox, stop: AbortSignal) => {
    const { placed, ended } = await readShared(readers, { name, filter, work: inboxWork(inbox) }, stop);
    return { ready: placed, ended };
  };
}

/**
 * Reads the events as one of all who share a durable name.
 *
 * @throws JambusError at once when there is no such topic
 */
export async function readShared(
  readers: Readers,
  reading: Pick<DurableOptions, 'name' | 'filter' | 'work'>,
  stop: AbortSignal,
): Promise<Durable> {
  const topic = readers.names.events;
  const unplaced = await look(topic, () => unplacedOf(readers.cluster, topic, reading.name), stop);
  return readDurable({ ...readers, ...reading, topic }, unplaced, stop);
}

/** Tries until there is a connection. @throws JambusError at once when there is no such topic */
async function look(topic: string, at: () => Promise<Places>, stop: AbortSignal): Promise<Places> {
  const found = await retry(() => unlessMissing(at()), {
    until: Number.POSITIVE_INFINITY,
    signal: stop,
    doing: `looking at topic ${topic}`,
    translate: fromKafka,
  });
  if (found === undefined) throw noTopic(topic);
  return found;
}
