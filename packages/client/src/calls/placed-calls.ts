import { callStatusOf, JambusError } from '@jambus/schema';
import type { JambusEventOf } from '../event.ts';

/** What became of a call that was placed. */
export type CallOutcome =
  | { readonly status: 'in-progress' }
  /** Nobody answered. */
  | {
      readonly status: 'busy' | 'no-answer' | 'failed';
      readonly sipStatus: number | undefined;
      readonly sipReason: string | undefined;
    };

/** Statuses of calls as they are told, for those who have placed one. */
export interface PlacedCalls {
  /** Notes what is told. */
  take(event: JambusEventOf<'call:status'>): void;
  /**
   * What became of a call, also when that was told before the platform had said its `call_sid`.
   *
   * @throws JambusError `platform_unavailable` when nothing is told of it in this time, ms; the reason of `close`
   */
  outcomeOf(callSid: string, withinMs: number): Promise<CallOutcome>;
  close(reason: JambusError): void;
}

interface Waiting {
  readonly settle: (outcome: CallOutcome) => void;
  readonly fail: (error: JambusError) => void;
}

/** A call may end before the platform has said its `call_sid` to whoever placed it. */
const MOST_REMEMBERED = 1_000;

export function createPlacedCalls(): PlacedCalls {
  const told = new Map<string, CallOutcome>();
  const waiting = new Map<string, Waiting>();
  let closedBy: JambusError | undefined;

  return {
    take: ({ callSid, message }) => {
      const outcome = outcomeIn(message, callSid);
      if (outcome === undefined || told.has(callSid)) return;
      told.set(callSid, outcome);
      if (told.size > MOST_REMEMBERED) told.delete(told.keys().next().value as string);
      waiting.get(callSid)?.settle(outcome);
    },
    outcomeOf: (callSid, withinMs) =>
      new Promise<CallOutcome>((resolve, reject) => {
        const known = told.get(callSid);
        if (known !== undefined) return resolve(known);
        if (closedBy !== undefined) return reject(closedBy);
        const late = setTimeout(() => {
          const why = 'nothing was told of it: its application has to lead to a gateway of this bus';
          fail(new JambusError('platform_unavailable', `call ${callSid} was placed, and ${why}`));
        }, withinMs);
        const done = (): void => {
          clearTimeout(late);
          waiting.delete(callSid);
        };
        const fail = (error: JambusError): void => {
          done();
          reject(error);
        };
        waiting.set(callSid, {
          settle: (outcome) => {
            done();
            resolve(outcome);
          },
          fail,
        });
      }),
    close: (reason) => {
      closedBy = reason;
      for (const { fail } of [...waiting.values()]) fail(reason);
    },
  };
}

/** Undefined while it rings, and for a leg that it has dialled itself. */
function outcomeIn(message: JambusEventOf<'call:status'>['message'], callSid: string): CallOutcome | undefined {
  const status = callStatusOf(message, callSid);
  if (status === undefined || !status.ownLeg) return undefined;
  const { callStatus } = status;
  if (callStatus === 'in-progress' || callStatus === 'completed') return { status: 'in-progress' };
  if (callStatus !== 'busy' && callStatus !== 'no-answer' && callStatus !== 'failed') return undefined;
  const { sip_status: sipStatus, sip_reason: sipReason } = message.data;
  return { status: callStatus, sipStatus, sipReason };
}
