import type { Kafka } from 'kafkajs';
import { API, type Encoded, encoded } from './exchange.ts';
import { onMadeConnections } from './made-connections.ts';

/** In place of a number of topics. */
const ALL = -1;

/**
 * Keeps a client from asking for topics that it has not named. kafkajs 2.2.4 asks for all topics of a cluster as long as it has named
 * none, and takes what is wrong with any of them for a failure of its own: one topic of somebody else that has no leader would keep
 * adapters from starting, and from seeing what is wrong with theirs.
 *
 * @param kafka a client that has not made a consumer, a producer or an admin yet
 */
export function askingForNamedTopics(kafka: Kafka): void {
  onMadeConnections(kafka, (connections) => {
    const { send } = connections;
    connections.send = async (exchange) => {
      const { request, response } = exchange;
      if (request.apiKey !== API.metadata) return await send.call(connections, exchange);
      const encode = async () => withoutUnnamed(await request.encode());
      return await send.call(connections, { request: { ...request, encode }, response });
    };
  });
}

function withoutUnnamed(asked: Encoded): Encoded {
  const { buffer } = asked;
  if (buffer.readInt32BE(0) !== ALL) return asked;
  const none = Buffer.from(buffer);
  none.writeInt32BE(0, 0);
  return encoded(none);
}
