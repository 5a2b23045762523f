import { type Attributes, type BusNames, endOfCall, isCallSid, JambusError } from '@jambus/schema';
import { DeliverPolicy } from 'nats';
import type { CallHistory, CallPast } from '../../port/index.ts';
import { fromNats, isMessageMissing } from './connection/errors.ts';
import { attributesOf } from './connection/headers.ts';
import type { NatsLink } from './connection/link.ts';
import type { NatsNames } from './subjects.ts';

const LONGEST_SEARCH_MS = 600_000;
const MOST_READ = 20_000;
const BATCH = 500;
const FETCH_WITHIN_MS = 1_000;

/** Looks into the streams of events and results, which find the last message under a subject without reading the others. */
export function callHistory(link: NatsLink, names: BusNames, { streams }: NatsNames): CallHistory {
  const lastUnder = async (stream: string, subject: string): Promise<Last | undefined> => {
    try {
      const { header, data } = await link.jsm.streams.getMessage(stream, { last_by_subj: subject });
      return { attributes: attributesOf(header), payload: data };
    } catch (error) {
      if (isMessageMissing(error)) return undefined;
      throw error;
    }
  };

  /** A command that was refused ahead of others has no mark in its result. So the results before it are looked through. */
  const lastMark = async (subject: string, sinceMs: number): Promise<string | undefined> => {
    const start = new Date(Math.max(sinceMs, Date.now() - LONGEST_SEARCH_MS)).toISOString();
    const consumer = await link.js.consumers.get(streams.results, {
      filterSubjects: subject,
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: start,
    });
    let mark: string | undefined;
    for (let read = 0; read < MOST_READ; ) {
      const messages = await consumer.fetch({ max_messages: BATCH, expires: FETCH_WITHIN_MS });
      let left = 0;
      for await (const message of messages) {
        read++;
        left = message.info.pending;
        mark = attributesOf(message.headers)['decidedposition'] || mark;
        if (left === 0) break;
      }
      if (left === 0) break;
    }
    await consumer.delete();
    return mark;
  };

  return {
    pastOf: async (callSid, sinceMs) => {
      if (!isCallSid(callSid)) return undefined;
      const doing = `looking for the past of call ${callSid}`;
      if (!link.connected()) throw new JambusError('bus_unavailable', `${doing}: there is no connection to NATS`);
      try {
        const [event, result] = await Promise.all([
          lastUnder(streams.events, `${names.events}.${callSid}.>`),
          lastUnder(streams.results, `${names.results}.${callSid}`),
        ]);
        const counted = event === undefined ? undefined : countsOf(event);
        const marked = result?.attributes['decidedposition'] || undefined;
        const isUnmarked = result !== undefined && marked === undefined;
        const decided = isUnmarked ? await lastMark(`${names.results}.${callSid}`, sinceMs) : marked;
        if (counted === undefined && decided === undefined) return undefined;
        return { ...(counted ?? { epoch: 0, sequence: 0, endedAt: undefined }), decided };
      } catch (error) {
        throw fromNats(error, doing);
      }
    },
  };
}

/** The last message under a subject. */
interface Last {
  readonly attributes: Attributes;
  readonly payload: Uint8Array;
}

/** Undefined for an event that is not ours: anybody can publish under the subject. */
function countsOf({ attributes, payload }: Last): Omit<CallPast, 'decided'> | undefined {
  const counts = { epoch: Number(attributes['epoch']), sequence: Number(attributes['sequence']) };
  if (!Number.isSafeInteger(counts.epoch) || !Number.isSafeInteger(counts.sequence)) return undefined;
  return { ...counts, endedAt: endOfCall((name) => attributes[name], payload) };
}
