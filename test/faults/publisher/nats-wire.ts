import { setTimeout as delay } from 'node:timers/promises';
import { connect, headers } from 'nats';
import type { Wire } from './wire.ts';

const AGAIN_MS = 100;
const ANSWER_MS = 1_000;

export async function natsWire(url: string, prefix: string): Promise<Wire> {
  const nc = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 200 });
  const js = nc.jetstream();
  return {
    async listen(onEvent) {
      nc.subscribe(`${prefix}.events.>`, {
        callback: (error, message) => {
          if (error !== null) return;
          onEvent({
            callSid: message.subject.slice(prefix.length + '.events.'.length).split('.')[0] ?? '',
            type: message.headers?.get('ce-type') ?? '',
            sequence: Number(message.headers?.get('ce-sequence')),
            payload: message.string(),
          });
        },
      });
      await nc.flush();
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
