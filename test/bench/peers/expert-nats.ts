import { connect } from 'nats';
import { confirmedLater } from './confirmed-later.ts';
import { deliver, takeCalls } from './expert-session.ts';

/* The documented glue, written by somebody who knows both libraries well: nothing waits for a confirmation. */

const { BUS_SERVERS = '', BUS_PREFIX = '', PORT } = process.env;
const nc = await connect({ servers: BUS_SERVERS.split(',') });
const publish = confirmedLater(nc);

nc.subscribe(`${BUS_PREFIX}.request.*`, {
  callback: (_, request) => {
    deliver(request.subject.slice(request.subject.lastIndexOf('.') + 1), request.json());
    request.respond('{"status":"delivered"}');
  },
});

const consumer = await nc.jetstream().consumers.get(`${BUS_PREFIX}-commands`, 'glue');
const messages = await consumer.consume({ max_messages: 2_000 });
takeCalls(Number(PORT), (callSid, type, payload) =>
  publish(`${BUS_PREFIX}.events.${callSid}.${type.replaceAll(':', '.')}`, payload),
);
for await (const message of messages) {
  deliver(message.subject.slice(message.subject.lastIndexOf('.') + 1), message.json());
  message.ack();
}
