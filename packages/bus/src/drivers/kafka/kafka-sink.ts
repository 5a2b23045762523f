import type { BusNames } from '@jambus/schema';
import type { EventSink } from '../../port/index.ts';
import type { Sender } from './connection/sender.ts';

/** Publishes by a sender: dead letters come one by one, beside the events, and go together with them. */
export function createKafkaSink(sender: Sender, names: BusNames): EventSink {
  return {
    publish: async (batch) => {
      const records = batch.map((message) => ({
        topic: names[message.channel],
        key: message.callSid,
        attributes: message.attributes,
        // By the partitioning extension of CloudEvents. A dead letter has the attributes of its command.
        hasPartitionKey: message.channel !== 'deadletters',
        payload: message.payload,
      }));
      const failure = await sender.send(records);
      if (failure !== undefined) throw failure.error;
    },
  };
}
