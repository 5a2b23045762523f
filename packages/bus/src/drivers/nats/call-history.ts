import { type BusNames, isToken, JambusError } from '@jambus/schema';
import type { CallHistory, CallPast } from '../../port/index.ts';
import { fromNats, isMessageMissing } from './connection/errors.ts';
import { attributesOf } from './connection/headers.ts';
import type { NatsLink } from './connection/link.ts';

/** Looks events up in their stream, which finds the last one under a subject without reading the others. */
export function callHistory(link: NatsLink, names: BusNames, stream: string): CallHistory {
  return {
    pastOf: async (callSid): Promise<CallPast | undefined> => {
      if (!isToken(callSid)) return undefined;
      const doing = `looking for the last event of call ${callSid}`;
      if (!link.connected()) throw new JambusError('bus_unavailable', `${doing}: there is no connection to NATS`);
      try {
        const last = await link.jsm.streams.getMessage(stream, { last_by_subj: `${names.events}.${callSid}.>` });
        const { epoch, sequence } = attributesOf(last.header);
        const found = { epoch: Number(epoch), sequence: Number(sequence), decided: undefined };
        return Number.isSafeInteger(found.epoch) && Number.isSafeInteger(found.sequence) ? found : undefined;
      } catch (error) {
        if (isMessageMissing(error)) return undefined;
        throw fromNats(error, doing);
      }
    },
  };
}
