import type { Message, Producer } from 'kafkajs';

/** More may be too large for a broker, all to one partition. */
const MOST_IN_A_BATCH = 5_000;

/**
 * Sends to a topic what one turn of the event loop brings together, one batch at a time: kafkajs swaps batches that are
 * not waited for.
 *
 * @returns what sends a message; resolves when all brokers that have to have it do
 */
export function coalescingSender(producer: Producer, topic: string): (message: Message) => Promise<void> {
  const waiting: Waiting[] = [];
  let sending = false;

  const sendAll = async (): Promise<void> => {
    sending = true;
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MOST_IN_A_BATCH);
      try {
        await producer.send({ topic, acks: -1, messages: batch.map(({ message }) => message) });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    sending = false;
  };
  return (message) =>
    new Promise((resolve, reject) => {
      waiting.push({ message, resolve, reject });
      if (!sending) void sendAll();
    });
}

interface Waiting {
  readonly message: Message;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
