import type { CommandHandler } from '../../port/index.ts';
import { createAssignment } from './group/assignment.ts';
import { type GroupReadingOptions, type Reading, readAsGroup } from './group/read-as-group.ts';
import { type LanesOfPartitions, lanesWork } from './lanes-work.ts';

export interface KafkaCommandSourceOptions {
  readonly reading: Omit<GroupReadingOptions, 'assignment'>;
  readonly lanes: Omit<LanesOfPartitions, 'handler'>;
  /** How long running handlers are waited for when a partition is given up, ms. */
  readonly stopMs: number;
}

/** Reads the commands' topic as a member of its consumer group. */
export function readCommands(
  { reading, lanes, stopMs }: KafkaCommandSourceOptions,
  handler: CommandHandler,
  stop: AbortSignal,
): Reading {
  return readAsGroup({ ...reading, assignment: createAssignment(lanesWork({ ...lanes, handler }), stopMs) }, stop);
}
