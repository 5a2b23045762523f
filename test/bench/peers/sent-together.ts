import type { Message, Producer } from 'kafkajs';

/** Sends what comes while a batch is on its way as the next one: kafkajs swaps batches that are not waited for. */
export function sentTogether(producer: Producer, topic: string): (message: Message) => void {
  let waiting: Message[] = [];
  let sending = false;
  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const messages = waiting;
      waiting = [];
      await producer.send({ topic, messages });
    }
    sending = false;
  };
  return (message) => {
    waiting.push(message);
    if (sending) return;
    sending = true;
    setImmediate(() => void sendAll());
  };
}
