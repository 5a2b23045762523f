import {
  type CommandFrame,
  callEndedVerdict,
  expiredVerdict,
  rejected,
  unknownCallVerdict,
  type Verdict,
} from '@jambus/link';

/** What a condition of a command is held against. */
export interface Circumstances {
  /** The number of the call's last event. */
  readonly sequence: number;
  isPlaying(verbId: string): boolean;
}

/** A command that had expired before the call ended is told so, whenever somebody looks. */
export function verdictAfterEnd({ expires }: Pick<CommandFrame, 'expires'>, endedAt: number): Verdict {
  return expires <= endedAt ? expiredVerdict(expires) : callEndedVerdict(endedAt);
}

/**
 * The verdict on a record that was read before its call began: nobody had the call then, so it was refused.
 *
 * @param beganAt when the call began, ms since the epoch; undefined when nobody knows
 */
export function verdictBeforeStart(frame: CommandFrame, beganAt: number | undefined): Verdict | undefined {
  const { appearBy, expires, call } = frame;
  if (appearBy === undefined || beganAt === undefined || beganAt <= appearBy) return undefined;
  return expires <= appearBy ? expiredVerdict(expires) : unknownCallVerdict(call, appearBy);
}

/** Why the conditions of a command do not hold at this moment; undefined when they do. */
export function failedCondition(frame: CommandFrame, { sequence, isPlaying }: Circumstances): Verdict | undefined {
  if (frame.ifverbid !== undefined && !isPlaying(frame.ifverbid)) {
    return rejected('precondition_failed', `ifverbid: the verb ${frame.ifverbid} is not running now`, Date.now());
  }
  if (frame.ifsequence !== undefined && frame.ifsequence !== sequence) {
    const detail = `ifsequence: asked for ${frame.ifsequence}, the last event of the call is ${sequence}`;
    return rejected('precondition_failed', detail, Date.now());
  }
  return undefined;
}

export function duplicate(id: string): Verdict {
  return rejected('duplicate', `a command with the id ${id} was sent to this call before`, Date.now());
}

/** @param bytes of the message to jambonz */
export function tooLarge(bytes: number, limit: number): Verdict {
  const detail = `the message to jambonz would have ${bytes} bytes, and jambonz drops a call's websocket over more than ${limit}`;
  return rejected('too_large', detail, Date.now());
}
