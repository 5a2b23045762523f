import type { BusNames, JambusError } from '@jambus/schema';
import { type BusMessage, type EventSink, MessagesRefused } from '../../port/index.ts';
import type { OutgoingRecord, Sender } from './connection/sender.ts';

/** Publishes by a sender: dead letters come one by one, beside the events, and go together with them. */
export function createKafkaSink(sender: Sender, names: BusNames): EventSink {
  const recordOf = (message: BusMessage): OutgoingRecord => ({
    topic: names[message.channel],
    key: message.callSid,
    attributes: message.attributes,
    // By the partitioning extension of CloudEvents. A dead letter has the attributes of its command.
    hasPartitionKey: message.channel !== 'deadletters',
    payload: message.payload,
  });

  return {
    publish: async (batch) => {
      const refused = new Map<BusMessage, JambusError>();
      const records: OutgoingRecord[] = [];
      for (const message of batch) {
        const record = recordOf(message);
        const error = sender.refusal(record);
        if (error === undefined) records.push(record);
        else if (message.reduced === undefined) refused.set(message, error);
        // What is small goes out; should it be refused all the same, the caller is told by its own size.
        else records.push(recordOf(message.reduced(error)));
      }
      const failure = await sender.send(records);
      if (failure !== undefined) throw failure.error;
      if (refused.size > 0) throw new MessagesRefused(refused);
    },
  };
}
