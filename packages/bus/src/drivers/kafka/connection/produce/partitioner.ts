import kafkajs from 'kafkajs';
import { murmur2 } from './murmur2.ts';

type Partitioner = ReturnType<typeof kafkajs.Partitioners.DefaultPartitioner>;

/**
 * The partitioner of the Java client, so that everybody's records of a key go to the same partition. Records without a key go
 * wherever the client sends them.
 *
 * @param note told where each record goes
 */
export function notingPartitioner(note: (topic: string, partition: number) => void): Partitioner {
  const partitionOf = kafkajs.Partitioners.DefaultPartitioner();
  return (args) => {
    const { topic, partitionMetadata, message } = args;
    const { key } = message;
    const isKeyed = typeof key === 'string' && (message.partition ?? undefined) === undefined;
    const partition = isKeyed ? (murmur2(key) & 0x7fffffff) % partitionMetadata.length : partitionOf(args);
    note(topic, partition);
    return partition;
  };
}
