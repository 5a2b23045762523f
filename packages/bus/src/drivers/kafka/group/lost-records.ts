import { JambusError } from '@jambus/schema';
import type { Cluster as ClientCluster } from 'kafkajs';

/** Counts records that were deleted before the group had read them: by age, by size, or by somebody. */
export interface LostRecords {
  /** This offset is to be read next. */
  readonly onPlace: (partition: number, offset: number) => void;
  /** There is nothing at that offset; the client goes on where the partition begins. */
  noticed(partition: number): void;
  /** The topic was made anew. */
  forget(): void;
  end(): void;
}

export interface LostRecordsOptions {
  readonly cluster: ClientCluster;
  readonly topic: string;
  readonly onLost: (detail: string) => void;
}

/** Partitions that lose records at the same time are told of in one line, ms. */
const GATHER_MS = 500;

export function noteLostRecords({ cluster, topic, onLost }: LostRecordsOptions): LostRecords {
  const places = new Map<number, number>();
  /** The offset that was to be read next, of partitions that have lost it. */
  const expected = new Map<number, number | undefined>();
  let timer: NodeJS.Timeout | undefined;

  const tell = async (): Promise<void> => {
    timer = undefined;
    const asked = new Map(expected);
    expected.clear();
    const partitions = [...asked.keys()].map((partition) => ({ partition }));
    const begins = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: true }]);
    const counts = (begins[0]?.partitions ?? []).map(({ partition, offset }) => {
      const next = asked.get(partition);
      const lost = next === undefined ? Number.NaN : Number(offset) - next;
      // Before the place that was to be read: the end of the log is gone, not its beginning.
      return { partition, lost: lost > 0 ? lost : undefined };
    });
    onLost(inWords(topic, counts));
  };

  return {
    onPlace: (partition, offset) => places.set(partition, offset),
    noticed: (partition) => {
      expected.set(partition, places.get(partition));
      // Whoever cannot be asked now is asked for records, too, and fails there.
      timer ??= setTimeout(() => void tell().catch(() => {}), GATHER_MS);
    },
    forget: () => {
      places.clear();
      expected.clear();
    },
    end: () => clearTimeout(timer),
  };
}

/** For readers that have no other way to tell. */
export function lostRecords(detail: string): JambusError {
  return new JambusError('bus_unavailable', detail);
}

function inWords(topic: string, counts: readonly { readonly partition: number; readonly lost: number | undefined }[]) {
  const total = counts.reduce((sum, { lost = 0 }) => sum + lost, 0);
  const where = counts
    .map(({ partition, lost }) => `${lost ?? 'an unknown number'} in partition ${partition}`)
    .join(', ');
  return (
    `topic ${topic} has lost ${total} records before they were read (${where}); reading goes on where it begins now. ` +
    'Somebody has deleted them, or the topic keeps too little: see retention.ms and retention.bytes'
  );
}
