import { randomUUID } from 'node:crypto';
import type { Cluster } from '@jambus/bus/kafka-connection';
import { type Assignment, type Flow, type Reading, readAsGroup } from '@jambus/bus/kafka-group';
import type { JambusError } from '@jambus/schema';
import type { Shelf } from './inbox.ts';
import type { Places } from './places.ts';

export interface TailOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly clientId: string;
  readonly sessionMs: number;
  /** Where reading begins; partitions that are not in it are read from their beginning. */
  readonly from: Places;
  /** Where the records of a partition go. */
  readonly shelfOf: (onRoom: () => void) => Pick<Shelf, 'hasRoom' | 'put'>;
  /** Told of what is tried again. */
  readonly onTrouble: (error: JambusError) => void;
}

/** All partitions of a topic, read by one process for itself. */
export interface Tail extends Reading {
  /** Resolves when reading has begun. */
  readonly begun: Promise<void>;
}

/**
 * Reads everything behind some place, without a position in the cluster: this process has its own, and goes on there however
 * often it has to begin again.
 *
 * The client reads in groups only. So each life has a group to itself, with a new name: with the former one it would have to
 * wait until the group has given up its predecessor. Nothing is committed in it, so that the broker forgets it within
 * minutes of its end. One group for all processes, each given all partitions, would do without those names, but everybody
 * would stop reading whenever somebody comes, goes or hangs.
 */
export function readTail(options: TailOptions, stop: AbortSignal): Tail {
  const { cluster, topic, clientId, sessionMs, onTrouble } = options;
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const member = { cluster, topic, protocol: 'jambus-tail', sessionMs, onTrouble };
  const group = () => `${clientId}.${randomUUID()}`;
  const reading = readAsGroup(
    { member, group, assignment: tailAssignment(options, begin), onFailure: onTrouble },
    stop,
  );
  return Object.assign(reading, { begun });
}

/** @param onBegun called each time the group has met */
export function tailAssignment(
  { from, shelfOf }: Pick<TailOptions, 'from' | 'shelfOf'>,
  onBegun: () => void,
): Assignment {
  const places = new Map(from);
  const shelves = new Map<number, Pick<Shelf, 'hasRoom' | 'put'>>();
  let assigned: readonly number[] = [];
  let flow: Flow | undefined;
  let stopping = false;

  const shelfIn = (partition: number): Pick<Shelf, 'hasRoom' | 'put'> => {
    const found = shelves.get(partition);
    if (found !== undefined) return found;
    const shelf = shelfOf(() => {
      if (!stopping) flow?.resume([partition]);
    });
    shelves.set(partition, shelf);
    return shelf;
  };

  return {
    get partitions() {
      return assigned;
    },
    assign: (partitions, newFlow) => {
      assigned = partitions;
      flow = newFlow;
      for (const partition of partitions) {
        const place = places.get(partition);
        if (place !== undefined) flow.seek(partition, place);
      }
      const full = partitions.filter((partition) => stopping || shelves.get(partition)?.hasRoom === false);
      flow.pause(full);
      flow.resume(partitions.filter((partition) => !full.includes(partition)));
      onBegun();
    },
    take: (batch) => {
      if (stopping) return false;
      const { partition, messages } = batch;
      const place = places.get(partition) ?? 0;
      const next = Number(batch.lastOffset()) + 1;
      // When it ends before our place, the topic has been made anew, and the client reads it from its beginning.
      const isAnew = Number(batch.highWatermark) < place;
      // The leader of before may still answer when the new one has.
      if (next <= place && !isAnew) return true;
      places.set(partition, next);
      const shelf = shelfIn(partition);
      shelf.put(isAnew ? messages : messages.filter(({ offset }) => Number(offset) >= place));
      if (!shelf.hasRoom) flow?.pause([partition]);
      return true;
    },
    passed: (partition, offset) => {
      places.set(partition, Math.max(places.get(partition) ?? 0, offset + 1));
    },
    due: () => [],
    // Nobody else can have them: it is the place that counts.
    lose: () => {},
    stop: async () => {
      stopping = true;
      flow?.pause(assigned);
    },
  };
}
