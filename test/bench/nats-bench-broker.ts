import { connect, createInbox } from 'nats';
import { startNatsServer } from '../brokers/nats/index.ts';
import type { BenchBroker } from './broker-bench.ts';

/** A nats-server with streams on disk, as they are by default. */
export async function natsBenchBroker(): Promise<BenchBroker> {
  const server = await startNatsServer();
  const nc = await connect({ servers: server.url });
  // Confirmed like every publish to a stream; who looks at it does not matter here.
  const confirmations = createInbox();
  nc.subscribe(confirmations, { callback: () => {} });
  return {
    name: `NATS ${server.version}`,
    settings: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url, JAMBUS_LOG_LEVEL: 'error' },
    pid: server.pid ?? 0,
    async listen(onNewCall, onStatus) {
      nc.subscribe('jambonz.events.*.session.new', {
        callback: (_, { subject }) => onNewCall(subject.split('.')[2] ?? ''),
      });
      nc.subscribe('jambonz.events.*.verb.status', { callback: (_, { data }) => onStatus(data) });
      await nc.flush();
    },
    publish: (callSid, payload) => nc.publish(`jambonz.commands.${callSid}`, payload, { reply: confirmations }),
    async close() {
      await nc.close();
      await server.stop();
    },
  };
}
