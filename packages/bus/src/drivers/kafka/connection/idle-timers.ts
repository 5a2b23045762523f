import type { Kafka } from 'kafkajs';
import { isObject } from './is-object.ts';
import { onMadeConnections } from './made-connections.ts';

/** What a connection of kafkajs 2.2.4 keeps its requests in. Those that are pending wait until a broker takes more of them. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/**
 * Keeps the connections of a client from looking for pending requests when there are none. kafkajs 2.2.4 sets a timer of 1 ms for that
 * with the first answer of a broker, and a new one whenever that has run, as long as the connection lives. A request that becomes
 * pending sets the timer by itself.
 *
 * Only connections of this client change, so other users of the same kafkajs see nothing of it. A client that is built otherwise
 * stays as it is. In this repository kafkajs is patched to the same effect; users of the published packages have it as it is.
 *
 * @param kafka a client that has not made a consumer, a producer or an admin yet
 */
export function withoutIdleTimers(kafka: Kafka): void {
  onMadeConnections(kafka, (connections) => {
    for (const queue of queuesOf(connections)) lookOnlyWhenPending(queue);
  });
}

function queuesOf(pool: unknown): RequestQueue[] {
  const connections: unknown = isObject(pool) ? pool['pool'] : undefined;
  if (!Array.isArray(connections)) return [];
  return connections
    .map((connection: unknown) => (isObject(connection) ? connection['requestQueue'] : undefined))
    .filter(isRequestQueue);
}

function isRequestQueue(value: unknown): value is RequestQueue {
  return (
    isObject(value) && Array.isArray(value['pending']) && typeof value['scheduleCheckPendingRequests'] === 'function'
  );
}

function lookOnlyWhenPending(queue: RequestQueue): void {
  const schedule = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = () => {
    // Looked up each time: the queue replaces the list when a connection ends.
    if (queue.pending.length > 0) schedule.call(queue);
  };
}
