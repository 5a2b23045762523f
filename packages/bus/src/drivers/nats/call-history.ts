import { type Attributes, type BusNames, isToken, JambusError } from '@jambus/schema';
import type { CallHistory } from '../../port/index.ts';
import { fromNats, isMessageMissing } from './connection/errors.ts';
import { attributesOf } from './connection/headers.ts';
import type { NatsLink } from './connection/link.ts';
import type { NatsNames } from './subjects.ts';

/** Looks into the streams of events and results, which find the last message under a subject without reading the others. */
export function callHistory(link: NatsLink, names: BusNames, { streams }: NatsNames): CallHistory {
  const lastUnder = async (stream: string, subject: string): Promise<Attributes | undefined> => {
    try {
      return attributesOf((await link.jsm.streams.getMessage(stream, { last_by_subj: subject })).header);
    } catch (error) {
      if (isMessageMissing(error)) return undefined;
      throw error;
    }
  };

  return {
    pastOf: async (callSid) => {
      if (!isToken(callSid)) return undefined;
      const doing = `looking for the past of call ${callSid}`;
      if (!link.connected()) throw new JambusError('bus_unavailable', `${doing}: there is no connection to NATS`);
      try {
        const [event, result] = await Promise.all([
          lastUnder(streams.events, `${names.events}.${callSid}.>`),
          lastUnder(streams.results, `${names.results}.${callSid}`),
        ]);
        const counted = event === undefined ? undefined : countsOf(event);
        const decided = result?.['decidedposition'] || undefined;
        if (counted === undefined && decided === undefined) return undefined;
        return { ...(counted ?? { epoch: 0, sequence: 0 }), decided };
      } catch (error) {
        throw fromNats(error, doing);
      }
    },
  };
}

/** Undefined for an event that is not ours: anybody can publish under the subject. */
function countsOf(event: Attributes): { readonly epoch: number; readonly sequence: number } | undefined {
  const counts = { epoch: Number(event['epoch']), sequence: Number(event['sequence']) };
  return Number.isSafeInteger(counts.epoch) && Number.isSafeInteger(counts.sequence) ? counts : undefined;
}
