import { connect, type NatsConnection } from 'nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

const APPLICATION = { type: 'ack', data: [{ verb: 'answer' }, { verb: 'pause', length: 1 }] };
const SAY = {
  type: 'command',
  command: 'redirect',
  queueCommand: true,
  data: [{ verb: 'say', id: 'b5e39996', text: 'Hello it is me Mario' }],
};

/* What anybody can do who has no more than a NATS client: subjects and JSON, as with the `nats` command. */
await describeWithNats('a publisher with a subject and a JSON body', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let cluster: JambusCluster;
  let nc: NatsConnection;
  let call: SimulatedCall;
  const results: { readonly commandId: string; readonly status: string; readonly code?: string }[] = [];

  beforeAll(async () => {
    server = await nats.start();
    const bus = { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url };
    cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus });
    nc = await connect({ servers: server.url });
    // Answers the call, and notes what becomes of commands.
    nc.subscribe(`jambonz.events.*.session.new`, {
      callback: (_, message) => {
        const { msgid } = message.json<{ msgid: string }>();
        nc.publish(`jambonz.commands.${message.subject.split('.').at(-3)}`, JSON.stringify({ ...APPLICATION, msgid }));
      },
    });
    nc.subscribe(`jambonz.results.*`, { callback: (_, message) => results.push(message.json()) });
    await nc.flush();
    call = startCall({ url: cluster.websocketUrl, speed: 20 });
    await eventually('the answer', () => results.length === 1);
  }, 60_000);

  afterAll(async () => {
    await call.abort();
    await nc.close();
    await cluster.close();
    await server.stop();
  }, 60_000);

  test('answers a call and says something into it, without any header', async () => {
    nc.publish(`jambonz.commands.${call.callSid}`, JSON.stringify(SAY));
    await call.waitFor(({ raw }) => raw.includes('"finished","id":"b5e39996"'));
    await eventually('its results', () => results.some(({ status }) => status === 'finished'));
    expect(results.map(({ status }) => status)).toEqual(['delivered', 'delivered', 'started', 'finished']);
  });

  test('hears at once what is wrong with a command', async () => {
    const before = results.length;
    nc.publish(`jambonz.commands.${call.callSid}`, '{"type":"command","command":"redirct"}');
    await eventually('its result', () => results.length > before);
    expect(results.at(-1)).toMatchObject({ status: 'rejected', code: 'invalid' });
  });

  test('asks for the result of a command, and gets it as the answer', async () => {
    const body = JSON.stringify({ type: 'command', command: 'record', data: { action: 'pauseCallRecording' } });
    const answer = await nc.request(`jambonz.request.${call.callSid}`, body, { timeout: 5_000 });
    expect(answer.json()).toMatchObject({ callSid: call.callSid, status: 'delivered' });
  });

  test('hears at once that there is no such call', async () => {
    const asking = nc.request(`jambonz.request.no-such-call`, JSON.stringify(SAY), { timeout: 5_000 });
    await expect(asking).rejects.toMatchObject({ code: '503' });
  });
});
