import type { Broker } from 'kafkajs';
import { isObject } from '../connection/is-object.ts';

/** A position that a group has committed. */
export interface CommittedPlace {
  /** Offset of the record to be read next. */
  readonly offset: number;
  /** Name of the log that it counts in; undefined when whoever committed it did not say. */
  readonly log: string | undefined;
}

/** A topic id in base64url; other tools have other words to put beside a position. */
const LOG_NAME = /^[\w-]{22}$/;

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
    if (offset >= 0) places.set(found.partition, { offset, log: logIn(found) });
  }
  return places;
}

/** The log is kept as the text that may stand beside a position, about which the types of the client are silent. */
function logIn(found: unknown): string | undefined {
  const text = isObject(found) ? found['metadata'] : undefined;
  return typeof text === 'string' && LOG_NAME.test(text) ? text : undefined;
}
