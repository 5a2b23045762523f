import { type Cluster, fromKafka, readingNeeds, typeOf } from '@jambus/bus/kafka-connection';
import {
  type Assignment,
  type BeginWork,
  createAssignment,
  type Flow,
  type Reading,
  readAsGroup,
} from '@jambus/bus/kafka-group';
import { type Backoff, backoffMs, pause } from '@jambus/bus/waiting';
import { JambusError } from '@jambus/schema';
import type { Inbox } from './inbox.ts';
import { type Places, unplacedOf } from './places.ts';

export interface DurableOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  /** The durable name, which is the consumer group. */
  readonly name: string;
  /** What it reads, for people; all who share the name have to read the same. */
  readonly filter: string;
  readonly sessionMs: number;
  /** What is done with a partition. */
  readonly work: BeginWork;
  /** Told of what is tried again. */
  readonly onTrouble: (error: JambusError) => void;
}

/** The share of this process in a durable name. */
export interface Durable {
  /** Resolves when the name has a position everywhere; does not settle when reading ends before. */
  readonly placed: Promise<void>;
  /** @throws JambusError that is not retryable, when the group never let us in */
  readonly ended: Promise<void>;
}

/** The loop has ended when reading is told to stop, so there is nothing to wait for. */
const STOP_MS = 0;
const LOOK_AGAIN_MS = 200;
const RETRIES: Backoff = { firstMs: 100, maxMs: 2_000 };

/**
 * Reads as one of all who share a durable name.
 *
 * @param unplaced partitions in which the name has no position, with where it is to begin
 */
export function readDurable(options: DurableOptions, unplaced: Places, stop: AbortSignal): Durable {
  const { cluster, topic, name, filter, sessionMs, onTrouble } = options;
  const assignment = createAssignment(options.work, STOP_MS);
  const placing = placeFirst(options, assignment, unplaced, stop);
  // Who comes with another protocol than those in the group is not let in, which keeps those out who read something else.
  const member = { cluster, topic, protocol: `jambus-sticky ${filter}`, sessionMs, onTrouble };
  const reading: Reading = readAsGroup(
    { member, group: () => name, assignment: placing.assignment, onFailure: onTrouble },
    stop,
  );
  const ended = reading.ended.catch((error: unknown) => {
    if (typeOf(error) !== 'INCONSISTENT_GROUP_PROTOCOL') throw error;
    const why = `others in consumer group ${name} do not read ${filter}; take another name`;
    throw new JambusError('bad_config', why, { cause: error });
  });
  return { placed: placing.placed, ended };
}

/** The work on a partition is the loop's. */
export function inboxWork(inbox: Inbox): BeginWork {
  return (_, startAfter, onRoom) => {
    const shelf = inbox.openShelf(startAfter, onRoom);
    let last = startAfter;
    let reached = startAfter;
    return {
      committed: startAfter,
      // Each event is committed in its turn.
      beyond: '',
      committedBeyond: '',
      claimed: startAfter,
      unproven: undefined,
      get done() {
        return shelf.cleared ? Math.max(shelf.done, reached) : shelf.done;
      },
      get hasRoom() {
        return shelf.hasRoom;
      },
      take: (messages) => {
        // What is fetched again after the group has met is here already.
        const fresh = messages.filter(({ offset }) => Number(offset) > last);
        last = Math.max(last, Number(fresh.at(-1)?.offset ?? last));
        shelf.put(fresh);
      },
      reached: (offset) => {
        reached = Math.max(reached, offset);
      },
      stop: async () => shelf.close(),
    };
  };
}

/**
 * A new name begins with what is published from now on, also where nothing comes for a while: so its beginning is committed
 * before anything is read. Whoever is given a partition does that for it.
 */
function placeFirst(
  { cluster, topic, name, onTrouble }: DurableOptions,
  inner: Assignment,
  unplaced: Places,
  stop: AbortSignal,
) {
  const waiting = new Set(unplaced.keys());
  let settle = (): void => {};
  const placed = new Promise<void>((resolve) => {
    settle = resolve;
  });
  if (waiting.size === 0) settle();
  /** Counts how often the group has met: what was found out before the last time does not hold. */
  let meetings = 0;

  const placeOnce = async (partitions: readonly number[], flow: Flow, isCurrent: () => boolean): Promise<boolean> => {
    const left = await unplacedOf(cluster, topic, name);
    const ours = new Map([...left].filter(([partition]) => partitions.includes(partition)));
    if (!isCurrent()) return true;
    if (ours.size > 0) await flow.commitBegins(ours);
    if (!isCurrent()) return true;
    // The client has looked for a place by itself meanwhile, and may have found the beginning of the topic.
    for (const [partition, offset] of ours) flow.seek(partition, offset);
    flow.resume(partitions.filter((partition) => waiting.delete(partition)));
    return left.size === ours.size;
  };

  const place = async (partitions: readonly number[], flow: Flow): Promise<void> => {
    const meeting = ++meetings;
    const isCurrent = () => meeting === meetings && !stop.aborted;
    for (let failures = 0; isCurrent(); ) {
      try {
        // Others are about to do the same with theirs.
        if (!(await placeOnce(partitions, flow, isCurrent))) {
          await pause(LOOK_AGAIN_MS, stop);
        } else if (isCurrent()) {
          waiting.clear();
          settle();
          return;
        }
      } catch (error) {
        if (!isCurrent()) return;
        onTrouble(fromKafka(error, `placing ${name}`, readingNeeds(topic, name)));
        await pause(backoffMs(++failures, RETRIES), stop);
      }
    }
  };

  const assign = (partitions: readonly number[], flow: Flow): void => {
    inner.assign(partitions, flow);
    if (waiting.size === 0) return;
    flow.pause(partitions.filter((partition) => waiting.has(partition)));
    void place(partitions, flow);
  };
  const assignment: Assignment = {
    ...inner,
    get partitions() {
      return inner.partitions;
    },
    assign,
  };
  return { placed, assignment };
}
