import kafkajs, { type Admin } from 'kafkajs';

const { ConfigResourceTypes, Kafka, logLevel } = kafkajs; // Not all of its names are seen from an ES module.

/** What a Kafka cluster says of itself. */
export interface ClusterInfo {
  readonly clusterId: string;
  /** Of its brokers, the ones that take part. */
  readonly brokerIds: readonly number[];
}

const ANSWER_MS = 2000;
/** Went with Kafka 4.0, and says the version before. */
const PROTOCOL_SETTING = 'inter.broker.protocol.version';

/**
 * Asks once who is there.
 *
 * @param brokers as `host:port`, without TLS or a login
 * @throws Error when nobody answers there, or not as a Kafka broker does
 */
export function clusterInfo(brokers: readonly string[]): Promise<ClusterInfo> {
  return withAdmin(brokers, async (admin) => {
    const { clusterId, brokers: members } = await admin.describeCluster();
    return { clusterId, brokerIds: members.map(({ nodeId }) => nodeId) };
  });
}

/**
 * The version of a cluster, as near as it can be told: no Kafka broker says which release it is.
 *
 * @returns such as `3.9`; `4` for every Kafka 4
 * @throws Error when nobody answers there, or not as a Kafka broker does
 */
export function clusterVersion(brokers: readonly string[]): Promise<string> {
  return withAdmin(brokers, async (admin) => {
    const { brokers: members } = await admin.describeCluster();
    const name = String(members[0]?.nodeId);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.BROKER, name, configNames: [PROTOCOL_SETTING] }],
    });
    const protocol = resources[0]?.configEntries.find(({ configName }) => configName === PROTOCOL_SETTING);
    return /^\d+\.\d+/.exec(protocol?.configValue ?? '')?.[0] ?? '4';
  });
}

async function withAdmin<Answer>(brokers: readonly string[], ask: (admin: Admin) => Promise<Answer>): Promise<Answer> {
  const admin = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: ANSWER_MS,
    requestTimeout: ANSWER_MS,
    retry: { retries: 0 },
  }).admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}
