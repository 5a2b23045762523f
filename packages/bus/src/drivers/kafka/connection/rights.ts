/** The operations of Kafka's rights that are used here, as its tools call them. */
export type Operation = 'Read' | 'Write' | 'Create' | 'DescribeConfigs';

/** The rights that something takes, by what they are for. */
export interface Needs {
  readonly topic?: Right;
  readonly group?: Right;
}

export interface Right {
  readonly operation: Operation;
  /** Of what it is for. */
  readonly names: readonly string[];
}

/** To read a topic, and in a group to commit. */
export function readingNeeds(topic: string, group?: string): Needs {
  const ofTopic: Needs = { topic: { operation: 'Read', names: [topic] } };
  return group === undefined ? ofTopic : { ...ofTopic, group: { operation: 'Read', names: [group] } };
}

/** By what brokers say when one is missing. An idempotent producer needs the right to write to any topic. */
const KINDS: ReadonlyMap<string, keyof Needs> = new Map([
  ['TOPIC_AUTHORIZATION_FAILED', 'topic'],
  ['CLUSTER_AUTHORIZATION_FAILED', 'topic'],
  ['GROUP_AUTHORIZATION_FAILED', 'group'],
]);

/** For an operator: which right is missing, and what gives it; undefined when it is no right that is missing. */
export function missingRight(refusal: string | undefined, needs: Needs): string | undefined {
  const kind = KINDS.get(refusal ?? '');
  const right = kind === undefined ? undefined : needs[kind];
  if (kind === undefined || right === undefined) return undefined;
  const { operation, names } = right;
  const options = names.map((name) => `--${kind} ${name}`).join(' ');
  return (
    `the right ${operation} on ${kind} ${names.join(' or ')} is missing: ` +
    `kafka-acls.sh --add --allow-principal User:… --operation ${operation} ${options} (deploy/kafka/acls.sh gives all)`
  );
}
