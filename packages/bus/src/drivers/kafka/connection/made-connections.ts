import type { Kafka } from 'kafkajs';
import { type Connections, isConnections } from './exchange.ts';
import { isObject } from './is-object.ts';
import { onMadeCluster } from './made-clusters.ts';

/**
 * Shows the connections to each broker that a client makes from now on, before anything is asked. A client that is built otherwise than
 * kafkajs 2.2.4 shows nothing.
 */
export function onMadeConnections(kafka: Kafka, show: (connections: Connections) => void): void {
  onMadeCluster(kafka, (cluster) => {
    const builder: unknown = Reflect.get(cluster, 'connectionPoolBuilder');
    if (!isObject(builder) || typeof builder['build'] !== 'function') return;
    const { build } = builder;
    Reflect.set(builder, 'build', async (destination: unknown) => {
      const connections: unknown = await Reflect.apply(build, builder, [destination]);
      if (isConnections(connections)) show(connections);
      return connections;
    });
  });
}
