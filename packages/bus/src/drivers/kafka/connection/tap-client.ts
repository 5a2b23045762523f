import type { Cluster as ClientCluster } from 'kafkajs';
import { decodeFetched } from './decode-fetched.ts';
import { API, type Connections, connectionsOf, type Exchange, versionOf } from './exchange.ts';
import { FETCH_BY_ID, FETCH_BY_NAME, type FetchedFrom, fetchById, type TopicRead } from './fetch-by-id.ts';
import { decodeReadable } from './readable.ts';

/** Who has asked for records. */
export interface RecordsAsked {
  /** Called for each partition in the answer to a fetch by id, before its records come. */
  answered(from: FetchedFrom): void;
  /** Called for each partition in an answer with its records, as the client has them. */
  brought(records: object): void;
}

/** What takes part in all that a client of the cluster asks. */
export interface ClientTap {
  /** Called before each fetch, which waits for it; what it throws is to the client an error of the fetch. */
  beforeFetch(): Promise<void>;
  /** What to fetch by id; undefined when brokers know of no ids. */
  readonly read: TopicRead | undefined;
  /** Called when records are asked for. @returns what is told of the answer */
  asksForRecords(): RecordsAsked;
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
  const { apiVersion } = request;
  const decode = decodeReadable(
    decodeFetched((raw) => response.decode(raw), apiVersion),
    apiVersion,
  );
  return { request, response: { ...response, decode } };
}

function tapConnections(connections: Connections, tap: ClientTap, takesIds: () => boolean): void {
  const { send } = connections;
  const byId = (exchange: Exchange, { answered }: RecordsAsked): Exchange => {
    const { read } = tap;
    if (read === undefined || exchange.request.apiVersion !== FETCH_BY_NAME || !takesIds()) return exchange;
    return fetchById(exchange, read, answered);
  };
  connections.send = async (exchange) => {
    const { apiKey } = exchange.request;
    const askedAt = performance.now();
    const asked = apiKey === API.fetch ? tap.asksForRecords() : undefined;
    const question = asked === undefined ? exchange : byId(readable(exchange), asked);
    const answer = await send.call(connections, question).catch((error: unknown) => {
      tap.onFailed(apiKey);
      throw error;
    });
    if (asked !== undefined) for (const records of recordsIn(answer)) asked.brought(records);
    tap.onAnswered(apiKey, askedAt);
    return answer;
  };
}

/** Of each partition in the client's answer to a fetch. */
function recordsIn(answer: unknown): object[] {
  const { responses } = answer as { responses: { partitions: { messages: object }[] }[] };
  return responses.flatMap(({ partitions }) => partitions.map(({ messages }) => messages));
}
