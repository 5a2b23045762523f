import type { Cluster as ClientCluster } from 'kafkajs';
import { API, type Connections, connectionsOf, type Exchange, versionOf } from './exchange.ts';
import { FETCH_BY_ID, FETCH_BY_NAME, type FetchedFrom, fetchById, type TopicRead } from './fetch-by-id.ts';
import { decodeReadable } from './readable.ts';

/** What takes part in all that a client of the cluster asks. */
export interface ClientTap {
  /** Called before each fetch, which waits for it; what it throws is to the client an error of the fetch. */
  beforeFetch(): Promise<void>;
  /** What to fetch by id; undefined when brokers know of no ids. */
  readonly read: TopicRead | undefined;
  /** Called for each partition in the answer to a fetch by id, before its records come. */
  onFetched(from: FetchedFrom): void;
  /** A broker has answered without an error what it was asked at this time, on the clock of `performance.now()`. */
  onAnswered(apiKey: number, askedAt: number): void;
  /** A broker has answered with an error, or not at all. */
  onFailed(apiKey: number): void;
}

/** Puts a tap on a client that has not asked anything yet. */
export function tapClient(cluster: ClientCluster, tap: ClientTap): void {
  const tapped = new WeakSet<Connections>();
  const { findBroker, refreshMetadataIfNecessary } = cluster;
  cluster.refreshMetadataIfNecessary = async () => {
    await tap.beforeFetch();
    await refreshMetadataIfNecessary.call(cluster);
  };
  cluster.findBroker = async (node) => {
    const broker = await findBroker.call(cluster, node);
    const connections = connectionsOf(broker);
    if (!tapped.has(connections)) {
      tapped.add(connections);
      tapConnections(connections, tap, () => versionOf(broker, API.fetch) >= FETCH_BY_ID);
    }
    return broker;
  };
}

/** What a client cannot read must not stop it. */
function readable(exchange: Exchange): Exchange {
  const { request, response } = exchange;
  if (request.apiKey !== API.fetch) return exchange;
  const decode = decodeReadable((raw) => response.decode(raw), request.apiVersion);
  return { request, response: { ...response, decode } };
}

function tapConnections(connections: Connections, tap: ClientTap, takesIds: () => boolean): void {
  const { send } = connections;
  const byId = (exchange: Exchange): Exchange => {
    const { apiKey, apiVersion } = exchange.request;
    const { read } = tap;
    if (read === undefined || apiKey !== API.fetch || apiVersion !== FETCH_BY_NAME || !takesIds()) return exchange;
    return fetchById(exchange, read, tap.onFetched);
  };
  connections.send = async (exchange) => {
    const askedAt = performance.now();
    const answer = await send.call(connections, byId(readable(exchange))).catch((error: unknown) => {
      tap.onFailed(exchange.request.apiKey);
      throw error;
    });
    tap.onAnswered(exchange.request.apiKey, askedAt);
    return answer;
  };
}
