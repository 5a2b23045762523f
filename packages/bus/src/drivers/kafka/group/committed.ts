import type { Broker } from 'kafkajs';
import { type IsFinished, readProgress } from '../../../lanes/index.ts';
import { isObject } from '../connection/is-object.ts';

/** A position that a group has committed. */
export interface CommittedPlace {
  /** Offset of the record to be read next. */
  readonly offset: number;
  /** Name of the log that it counts in; undefined when whoever committed it did not say. */
  readonly log: string | undefined;
  /** Whether a record beyond the offset is finished. */
  readonly isFinished: IsFinished;
}

/** A topic id in base64url; other tools have other words to put beside a position. */
const BESIDE = /^([\w-]{22})(?: ([\w.]+))?$/;

/**
 * What the group has committed in these partitions; those without a position are left out.
 *
 * @param coordinator of the group
 * @throws what the client throws
 */
export async function committedIn(
  coordinator: Broker,
  group: string,
  topic: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, CommittedPlace>> {
  const places = new Map<number, CommittedPlace>();
  if (partitions.length === 0) return places;
  const asked = partitions.map((partition) => ({ partition, offset: '' }));
  const { responses } = await coordinator.offsetFetch({ groupId: group, topics: [{ topic, partitions: asked }] });
  for (const found of responses.flatMap((response) => response.partitions)) {
    const offset = Number(found.offset);
    if (offset >= 0) places.set(found.partition, { offset, ...besideIn(found, offset) });
  }
  return places;
}

/** Text may stand beside a position, about which the types of the client are silent: the log, and what is finished beyond. */
function besideIn(found: unknown, offset: number): Pick<CommittedPlace, 'log' | 'isFinished'> {
  const text = isObject(found) ? found['metadata'] : undefined;
  const [, log, beyond = ''] = BESIDE.exec(typeof text === 'string' ? text : '') ?? [];
  return { log, isFinished: readProgress(offset - 1, beyond) };
}
