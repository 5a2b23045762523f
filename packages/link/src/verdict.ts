import { RejectionCode } from '@jambus/schema';
import { type Static, Type } from '@sinclair/typebox';

/**
 * The terminal outcome of a command. Whoever is asked about the command again must come to the same verdict in every byte:
 * so the time in it is that of the fact which decided, and not the time at which somebody looked.
 */
export const Verdict = Type.Object({
  status: Type.Union([Type.Literal('delivered'), Type.Literal('rejected')]),
  code: Type.Optional(RejectionCode),
  detail: Type.Optional(Type.String({ description: 'for people' })),
  at: Type.Number({ description: 'when it was decided, ms since the epoch' }),
});
export type Verdict = Static<typeof Verdict>;

/** @param at ms since the epoch */
export function rejected(code: RejectionCode, detail: string, at: number): Verdict {
  return { status: 'rejected', code, detail, at };
}

/** @param expires when its life ended, ms since the epoch */
export function expiredVerdict(expires: number): Verdict {
  return rejected('expired', 'its expirytime passed before it could be delivered', expires);
}

/** @param endedAt when the call ended, ms since the epoch */
export function callEndedVerdict(endedAt: number): Verdict {
  return rejected('call_ended', 'the call has ended', endedAt);
}

/** @param appearBy until when the call could have appeared, ms since the epoch */
export function unknownCallVerdict(callSid: string, appearBy: number): Verdict {
  return rejected('unknown_call', `no gateway has a call ${callSid}`, appearBy);
}
