import { createInbox, type NatsConnection } from 'nats';

const RESENT_AFTER_MS = 5_000;

/**
 * Publishes to streams without waiting: confirmations are matched as they come, and what has none after 5 s goes again.
 * `js.publish` would make an inbox, a promise and a timer for each.
 */
export function confirmedLater(nc: NatsConnection): (subject: string, payload: Uint8Array) => void {
  const inbox = createInbox();
  const open = new Map<string, { readonly subject: string; readonly payload: Uint8Array; sentAt: number }>();
  let sent = 0;
  let now = Date.now();
  nc.subscribe(`${inbox}.*`, {
    callback: (_, { subject, data }) => {
      // A refusal has no place in the stream; it stays open and goes again.
      if (Buffer.from(data.buffer, data.byteOffset, data.byteLength).includes('"seq"')) open.delete(subject);
    },
  });
  setInterval(() => {
    now = Date.now();
    for (const [reply, message] of open) {
      if (now - message.sentAt < RESENT_AFTER_MS) break;
      open.delete(reply);
      open.set(reply, { ...message, sentAt: now });
      nc.publish(message.subject, message.payload, { reply });
    }
  }, 1_000);
  return (subject, payload) => {
    const reply = `${inbox}.${++sent}`;
    open.set(reply, { subject, payload, sentAt: now });
    nc.publish(subject, payload, { reply });
  };
}
