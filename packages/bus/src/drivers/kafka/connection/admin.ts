import type { Admin } from 'kafkajs';
import type { Cluster } from './cluster.ts';
import { explained, fromKafka } from './errors.ts';

/**
 * Asks the cluster something, with a connection of its own.
 *
 * @param doing for people, in case it fails
 * @throws JambusError as `fromKafka`
 */
export async function withAdmin<T>(cluster: Cluster, doing: string, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const client = cluster.newClient();
  const admin = client.kafka.admin();
  try {
    await admin.connect();
    return await ask(admin);
  } catch (error) {
    throw explained(fromKafka(error, doing), client.lastRefusal());
  } finally {
    client.end();
  }
}
