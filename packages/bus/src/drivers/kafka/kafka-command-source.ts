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

/**
 * Reads the commands' topic as a member of its consumer group. A process that was stopped and goes on may find the turn of a
 * record before it learns that it was replaced, so each one asks.
 */
export function readCommands(
  { reading, lanes, stopMs }: KafkaCommandSourceOptions,
  handler: CommandHandler,
  stop: AbortSignal,
): Reading {
  const handleWhileOurs: CommandHandler = (record, signal, turn) => {
    if (group.inGroup === true) return handler(record, signal, turn);
    assignment.lose();
    return Promise.resolve({ kind: 'retry', afterMs: 0, reason: 'the partition may be of another reader by now' });
  };
  const assignment = createAssignment(lanesWork({ ...lanes, handler: handleWhileOurs }), stopMs);
  const group = readAsGroup({ ...reading, assignment }, stop);
  return group;
}
