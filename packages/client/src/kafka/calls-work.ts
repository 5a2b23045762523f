import { keyOf, readRecord } from '@jambus/bus/kafka-connection';
import { type BeginWork, LONGEST_PROGRESS, writeProgress } from '@jambus/bus/kafka-group';
import { cloudEventsType, headerName, JambusError } from '@jambus/schema';
import type { KafkaMessage } from 'kafkajs';
import { type CallLog, createCallLog } from '../calls/call-log.ts';
import type { Claim, ClaimOptions } from '../calls/claims.ts';
import { isEventOf, type JambusEvent, readEventOf } from '../event.ts';

export interface CallsWorkOptions extends Pick<ClaimOptions, 'application'> {
  /** Told of each call that is to be served. */
  readonly onClaim: (claim: Claim) => void;
  readonly onTrouble: (error: JambusError) => void;
}

/** A call that is being served, or waits for that. */
interface OpenCall {
  readonly log: CallLog;
  readonly claim: Claim;
}

const SESSION_NEW = cloudEventsType('session:new');
const TYPE_HEADER = headerName('type', 'ce_');
/** An event may be published twice, after those behind it. */
const MOST_REMEMBERED = 1_000;

/**
 * The calls of one partition. Nothing behind the `session:new` of a call that is being served is committed, so whoever is given the
 * partition next reads all of it. Calls that were done meanwhile are noted beside the position, and not served again.
 */
export function callsWork({ application, onClaim, onTrouble }: CallsWorkOptions): BeginWork {
  return (_, startAfter, _onRoom, origin) => {
    /** By the offset of their `session:new`, in its order. */
    const open = new Map<number, OpenCall>();
    const byCall = new Map<string, OpenCall>();
    const doneCalls = new Set<string>();
    /** Wait until all of their past is here; undefined once it is. */
    let early: Claim[] | undefined = [];
    let last = startAfter;
    let stopped = false;

    const offer = (claim: Claim): void => {
      if (early === undefined) onClaim(claim);
      else early.push(claim);
    };
    const offerEarly = (): void => {
      if (early === undefined || last < origin.freshFrom - 1) return;
      const claims = early;
      early = undefined;
      for (const claim of claims) onClaim(claim);
    };

    const begin = (offset: number, session: JambusEvent): void => {
      if (!isEventOf(session, 'session:new')) return;
      if (application !== undefined && session.application !== application) return;
      const { callSid } = session;
      const forgotten = () =>
        onTrouble(new JambusError('overloaded', `call ${callSid}: events that nobody waits for are forgotten`));
      const log = createCallLog(session, forgotten);
      const claim: Claim = {
        session,
        log,
        resumed: offset < origin.freshFrom,
        done: () => {
          open.delete(offset);
          byCall.delete(callSid);
          doneCalls.add(callSid);
          const [oldest] = doneCalls;
          if (oldest !== undefined && doneCalls.size > MOST_REMEMBERED) doneCalls.delete(oldest);
        },
        giveBack: () => {
          if (!stopped && !log.ended.aborted) onClaim({ ...claim, resumed: true });
        },
      };
      const call = { log, claim };
      open.set(offset, call);
      byCall.set(callSid, call);
      offer(claim);
    };

    const put = (message: KafkaMessage): void => {
      const offset = Number(message.offset);
      const callSid = keyOf(message);
      if (callSid === undefined) return;
      const call = byCall.get(callSid);
      const isBeginning = String(message.headers?.[TYPE_HEADER] ?? '') === SESSION_NEW;
      if (call === undefined && (!isBeginning || doneCalls.has(callSid) || origin.isFinished(offset))) return;
      try {
        const { attributes, payload } = readRecord(message);
        const event = readEventOf(undefined, callSid, attributes, payload);
        if (call === undefined) begin(offset, event);
        else {
          call.log.take(event);
          // Kafka keeps the order, so what is missing was never published.
          if (call.log.hasGap) call.log.closeGap();
        }
      } catch (error) {
        onTrouble(JambusError.from(error, 'bad_message'));
      }
    };

    const watermark = (): number => {
      const [oldest] = open.keys();
      return oldest === undefined ? last : Math.min(oldest - 1, last);
    };

    return {
      committed: startAfter,
      committedBeyond: '',
      claimed: startAfter,
      unproven: undefined,
      get done() {
        return watermark();
      },
      get beyond() {
        return writeProgress(watermark(), { reached: last, open: [...open.keys()] }, LONGEST_PROGRESS);
      },
      // The events of the calls that are served come with those of the others.
      hasRoom: true,
      take: (messages) => {
        if (stopped) return;
        for (const message of messages) {
          // What is fetched again after the group has met is here already.
          if (Number(message.offset) <= last) continue;
          put(message);
          last = Number(message.offset);
        }
        offerEarly();
      },
      reached: (offset) => {
        last = Math.max(last, offset);
        offerEarly();
      },
      stop: async () => {
        stopped = true;
        early = [];
        for (const { log } of open.values()) log.abandon();
      },
    };
  };
}
