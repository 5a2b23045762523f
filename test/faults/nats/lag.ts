import type { NatsConnection } from 'nats';

/** Partitions that a new stream of commands has. */
const PARTITIONS = 8;

/** Messages of each partition behind its committed position. */
export async function lagOf(nc: NatsConnection, prefix: string): Promise<number> {
  const stream = `${prefix}-commands`;
  const jsm = await nc.jetstreamManager();
  const positions = await nc.jetstream().views.kv(`${stream}-positions`, { bindOnly: true });
  const { state, created } = await jsm.streams.info(stream, { subjects_filter: `${prefix}.commands.>` });
  let lag = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const entry = await positions.get(String(partition));
    const committed = JSON.parse(entry?.string() ?? '{"sequence":0}') as { sequence: number; stream?: string };
    const sequence = committed.stream === undefined || committed.stream === created ? committed.sequence : 0;
    for (const subject of Object.keys(state.subjects ?? {})) {
      if (!subject.startsWith(`${prefix}.commands.${partition}.`)) continue;
      const last = await jsm.streams.getMessage(stream, { last_by_subj: subject });
      if (last.seq > sequence) lag++;
    }
  }
  return lag;
}
