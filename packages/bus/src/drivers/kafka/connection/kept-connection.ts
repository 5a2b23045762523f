import type { Broker } from 'kafkajs';
import { clientClusterOf } from './client-cluster.ts';
import { CLIENT_RETRIES, type Cluster, type KafkaClient } from './cluster.ts';
import { fromKafka } from './errors.ts';

/** A connection for questions that come again and again; one that has failed is replaced. */
export interface KeptConnection {
  /**
   * Asks any broker.
   *
   * @param doing for people, in case it fails
   * @throws JambusError as `fromKafka`
   */
  ask<T>(doing: string, ask: (broker: Broker) => Promise<T>): Promise<T>;
  /** Ends everything that it still tries. */
  end(): void;
}

const METADATA_AGE_MS = 60_000;

export function keptConnection(cluster: Cluster): KeptConnection {
  let kept: { readonly client: KafkaClient; readonly broker: () => Promise<Broker> } | undefined;

  const connection = () => {
    if (kept !== undefined) return kept;
    const client = cluster.newClient();
    const brokers = clientClusterOf(client.kafka, { retry: CLIENT_RETRIES, metadataMaxAge: METADATA_AGE_MS });
    let connected: Promise<void> | undefined;
    const broker = async (): Promise<Broker> => {
      // Which broker is the controller is known by then. Any would do; this is one that the client finds by itself.
      connected ??= brokers.connect().then(() => brokers.refreshMetadata());
      await connected;
      return brokers.findControllerBroker();
    };
    kept = { client, broker };
    return kept;
  };

  return {
    ask: async (doing, ask) => {
      const used = connection();
      try {
        return await ask(await used.broker());
      } catch (error) {
        used.client.end();
        if (kept === used) kept = undefined;
        throw fromKafka(error, doing);
      }
    },
    end: () => kept?.client.end(),
  };
}
