import { connect, createInbox } from 'nats';
import { deliver, takeCalls } from './raw-sockets.ts';

/* The least that moves the messages: bytes from a consumer to a websocket, and back. Nobody looks at confirmations. */

const { BUS_SERVERS = '', BUS_PREFIX = '', PORT } = process.env;
const nc = await connect({ servers: BUS_SERVERS.split(',') });
const reply = createInbox();
nc.subscribe(reply, { callback: () => {} });

nc.subscribe(`${BUS_PREFIX}.request.*`, {
  callback: (_, request) => {
    deliver(request.subject.slice(request.subject.lastIndexOf('.') + 1), request.data);
    request.respond('{"status":"delivered"}');
  },
});

const consumer = await nc.jetstream().consumers.get(`${BUS_PREFIX}-commands`, 'glue');
const messages = await consumer.consume({ max_messages: 2_000 });
takeCalls(Number(PORT), (callSid, type, payload) =>
  nc.publish(`${BUS_PREFIX}.events.${callSid}.${type.replaceAll(':', '.')}`, payload, { reply }),
);
for await (const message of messages) {
  deliver(message.subject.slice(message.subject.lastIndexOf('.') + 1), message.data);
  message.ack();
}
