import type { Attributes, BusNames, PartitionAttributes } from '@jambus/schema';
import type { BusMessage, EventSink } from '../../port/index.ts';
import type { Sender } from './connection/sender.ts';

/** Publishes by a sender: dead letters come one by one, beside the events, and go together with them. */
export function createKafkaSink(sender: Sender, names: BusNames): EventSink {
  return {
    publish: async (batch) => {
      const records = batch.map((message) => ({
        topic: names[message.channel],
        key: message.callSid,
        attributes: attributesOf(message),
        payload: message.payload,
      }));
      const failure = await sender.send(records);
      if (failure !== undefined) throw failure.error;
    },
  };
}

/** By the partitioning extension of CloudEvents. A dead letter has the attributes of its command. */
function attributesOf({ channel, callSid, attributes }: BusMessage): Attributes {
  if (channel === 'deadletters') return attributes;
  const partition: PartitionAttributes = { partitionkey: callSid };
  return { ...attributes, ...partition };
}
