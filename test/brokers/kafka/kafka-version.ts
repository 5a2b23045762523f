/**
 * Which broker a test wants: `any`, the newest that can be had; `newest`, Kafka 4, which refuses the oldest requests of
 * clients (KIP-896); `3`, the last line that answers them.
 */
export type KafkaVersion = 'any' | 'newest' | '3';

/** @param version of a broker, such as `3.9.2` */
export function isWanted(wanted: KafkaVersion, version: string): boolean {
  if (wanted === 'any') return true;
  const major = Number(version.split('.')[0]);
  return wanted === '3' ? major === 3 : major >= 4;
}
