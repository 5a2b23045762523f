import type { Admin } from 'kafkajs';
import type { Cluster } from './cluster.ts';
import { explained, fromKafka } from './errors.ts';
import type { Needs } from './rights.ts';

/**
 * Asks the cluster something, with a connection of its own.
 *
 * @param doing for people, in case it fails
 * @param needs the rights that it takes
 * @throws JambusError as `fromKafka`
 */
export async function withAdmin<T>(
  cluster: Cluster,
  doing: string,
  ask: (admin: Admin) => Promise<T>,
  needs: Needs = {},
): Promise<T> {
  const client = cluster.newClient();
  const admin = client.kafka.admin();
  try {
    await admin.connect();
    return await ask(admin);
  } catch (error) {
    throw explained(fromKafka(error, doing, needs), client.lastRefusal(), needs);
  } finally {
    client.end();
  }
}
