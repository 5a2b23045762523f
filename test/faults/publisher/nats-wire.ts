import { setTimeout as delay } from 'node:timers/promises';
import { connect, headers } from 'nats';
import type { Wire } from './wire.ts';

const AGAIN_MS = 100;
const ANSWER_MS = 2_500;
/** A request for events that a cluster has lost is made again after this time at the latest. */
const SILENT_MS = 2_000;

export async function natsWire(urls: string, prefix: string): Promise<Wire> {
  const nc = await connect({ servers: urls.split(','), maxReconnectAttempts: -1, reconnectTimeWait: 200 });
  const js = nc.jetstream();
  return {
    async listen(onEvent) {
      // From the stream: a subscription would miss what comes while the broker is away.
      const consumer = await js.consumers.get(`${prefix}-events`, {});
      const messages = await consumer.consume({ max_messages: 2_000, expires: SILENT_MS });
      void (async () => {
        for await (const message of messages) {
          onEvent({
            callSid: message.subject.slice(prefix.length + '.events.'.length).split('.')[0] ?? '',
            type: message.headers?.get('ce-type') ?? '',
            sequence: Number(message.headers?.get('ce-sequence')),
            payload: message.string(),
          });
        }
      })();
    },
    async publish({ callSid, marker, body, attributes }) {
      const found = headers();
      // What was stored and not confirmed is not stored again.
      found.set('Nats-Msg-Id', `${callSid}/${marker}`);
      for (const [name, value] of Object.entries(attributes)) found.set(`ce-${name}`, value);
      for (;;) {
        try {
          const { seq } = await js.publish(`${prefix}.commands.${callSid}`, body, {
            headers: found,
            timeout: ANSWER_MS,
          });
          return { offset: seq };
        } catch {
          await delay(AGAIN_MS);
        }
      }
    },
  };
}
