import type { CallPast } from '@jambus/bus';
import { callEndedVerdict, expiredVerdict, unknownCallVerdict, type Verdict } from '@jambus/link';
import { placeOf } from '@jambus/schema';
import type { EndedCall } from '../calls/ended-calls.ts';
import type { LinkCommand } from '../link/gateway-link.ts';

/** What this adapter says of a command that no gateway can decide. `settled`: it was decided before, and its result is on the bus. */
export type LoneVerdict = Verdict | 'settled';

/** A verdict that was given is given again; what came before it is on the bus. */
export function verdictOfEnded(command: LinkCommand, { at, decided }: EndedCall): LoneVerdict {
  const { log, offset } = placeOf(command.position);
  const mark = decided.find((each) => each.log === log);
  if (mark !== undefined && offset < mark.offset) return 'settled';
  if (mark?.offset === offset) return mark.verdict ?? 'settled';
  return command.expires <= at ? expiredVerdict(command.expires) : callEndedVerdict(at);
}

/** @param appearBy until when the call could have appeared, ms since the epoch */
export function verdictOfUnknown(command: LinkCommand, appearBy: number): Verdict {
  return command.expires <= appearBy ? expiredVerdict(command.expires) : unknownCallVerdict(command.call, appearBy);
}

/** Whether the command was decided before, as the results on the bus tell. */
export function wasDecided({ position }: LinkCommand, past: CallPast | undefined): boolean {
  if (past?.decided === undefined) return false;
  const own = placeOf(position);
  const last = placeOf(past.decided);
  return own.log === last.log && own.offset <= last.offset;
}
