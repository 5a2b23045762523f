import type { JambusClient, JambusEvent } from '@jambus/client';
import { connectNatsClient } from '@jambus/client/nats';
import { readTraceparent } from '@jambus/schema';
import { connect, type NatsConnection } from 'nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { type SimulatedCall, startCall } from '../simulator/index.ts';
import { type MicroserviceTraces, microserviceTraces } from '../traces/microservice.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../traces/otlp-receiver.ts';
import type { ReceivedSpan } from '../traces/read-spans.ts';
import { eventually } from './cluster-harness.ts';

const GREETING = [{ verb: 'answer' }, { verb: 'say', id: 'hello', text: 'hello' }] as const;

/* Processes that are told of a collector by the standard variables, and a microservice with OpenTelemetry of its own. */
await describeWithNats('a call that jambonz traces, with a collector', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let receiver: OtlpReceiver;
  let cluster: JambusCluster;
  let nc: NatsConnection;
  let client: JambusClient;
  let traces: MicroserviceTraces;
  let call: SimulatedCall;
  /** What the publisher of each record on the bus says about its place in a trace, by subject. */
  const traceparents: [subject: string, traceparent: string][] = [];
  /** Of the first message. */
  let b3: string;

  const named = (name: string, which: (span: ReceivedSpan) => boolean = () => true): ReceivedSpan[] =>
    receiver.spans.filter((span) => span.name === name && which(span));

  beforeAll(async () => {
    [server, receiver] = await Promise.all([nats.start(), startOtlpReceiver()]);
    cluster = await startJambusCluster({
      gateways: 1,
      adapters: 1,
      bus: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url },
      everywhere: { ...receiver.environment, OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' },
    });
    nc = await connect({ servers: server.url });
    nc.subscribe('jambonz.>', {
      callback: (_, { subject, headers }) => traceparents.push([subject, headers?.get('traceparent') ?? '']),
    });
    traces = microserviceTraces('ivr', receiver.url);
    client = await connectNatsClient({ servers: [server.url] });
    const events = client.events.subscribe({ type: 'session:new' });
    await events.ready();
    call = startCall({
      url: cluster.websocketUrl,
      speed: 20,
      tracing: true,
      onMessage: ({ message }) => (b3 ??= String(message?.['b3'])),
    });
    for await (const event of events) {
      await greet(event);
      break;
    }
    await call.waitFor(({ raw }) => raw.includes('"finished","id":"hello"'));
    // Each process sends its own in the order in which they ended.
    const last = ['websocket write', 'ivr answer', 'process jambonz.commands', 'receive jambonz.commands'];
    await eventually('the last spans', () => last.every((name) => named(name).length > 0));
    await eventually('the result', () => traceparents.some(([subject]) => subject.startsWith('jambonz.results.')));
  }, 60_000);

  afterAll(async () => {
    await call.abort();
    await client.close();
    await traces.close();
    await nc.close();
    await cluster.close();
    await receiver.close();
    await server.stop();
  }, 60_000);

  const greet = async ({ callSid, message, traceparent }: JambusEvent): Promise<void> => {
    const span = traces.start('ivr answer', traceparent);
    await client.acks.send(callSid, message.msgid ?? '', [...GREETING], { traceparent: span.traceparent });
    span.end();
  };

  test('is one tree from the span of jambonz over the bus and back to the websocket', () => {
    const path: string[] = [];
    const [written] = named('websocket write');
    let at = written;
    let parent = '';
    for (; at !== undefined; at = receiver.spans.find(({ spanId }) => spanId === parent)) {
      path.unshift(`${at.service}: ${at.name}`);
      parent = at.parentSpanId;
    }
    expect(path).toEqual([
      'jambus-gateway: websocket receive session:new',
      'jambus-gateway: link event',
      'jambus-adapter: send jambonz.events',
      'ivr: ivr answer',
      'jambus-adapter: process jambonz.commands',
      'jambus-adapter: route command',
      'jambus-adapter: link command',
      'jambus-gateway: deliver ack',
      'jambus-gateway: websocket write',
    ]);
    const [traceId, spanId] = b3.split('-');
    expect([written?.traceId, parent]).toEqual([traceId, spanId]);
  });

  test('has no span of another trace, but for the receiving of batches, which refers to it', async () => {
    const [traceId] = b3.split('-');
    const others = receiver.spans.filter((span) => span.traceId !== traceId);
    expect(new Set(others.map(({ name }) => name))).toEqual(new Set(['receive jambonz.commands']));
    const [answer] = named('ivr answer');
    expect(others.flatMap(({ links }) => links)).toContainEqual({ traceId, spanId: answer?.spanId });
  });

  test('shows by kinds and attributes what the conventions say about messages', () => {
    const [processed] = named('process jambonz.commands');
    expect(processed).toMatchObject({
      kind: 'consumer',
      failed: false,
      attributes: {
        'messaging.system': 'nats',
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'process',
        'messaging.destination.name': 'jambonz.commands',
        'messaging.destination.partition.id': expect.stringMatching(/^[a-z0-9]+\/\d+$/),
        'messaging.message.id': expect.stringMatching(/./),
        'jambus.call_sid': call.callSid,
        'jambus.outcome': 'delivered',
      },
    });
    const [sent] = named(
      'send jambonz.events',
      ({ attributes }) => attributes['jambus.message.type'] === 'session:new',
    );
    expect(sent).toMatchObject({
      kind: 'producer',
      attributes: { 'messaging.operation.type': 'send', 'messaging.message.id': `${call.callSid}/1/1` },
    });
    const [received] = named('receive jambonz.commands');
    expect(received).toMatchObject({ kind: 'client', attributes: { 'messaging.batch.message_count': 1 } });
    const kinds = [...new Set(receiver.spans.map(({ name, kind }) => `${name}: ${kind}`))];
    expect(kinds).toEqual(
      expect.arrayContaining(['link command: client', 'deliver ack: server', 'link event: client']),
    );
    expect(named('validate command')).not.toEqual([]);
  });

  test('has a traceparent on every record of the bus', () => {
    const [traceId] = b3.split('-');
    const kindOf = (subject: string): string => subject.split('.', 2).join('.');
    // What adapters say to each other about partitions belongs to no call.
    const ofCalls = traceparents.filter(([subject]) => kindOf(subject) !== 'jambonz.partitions');
    const kinds = new Set(ofCalls.map(([subject]) => kindOf(subject)));
    expect(kinds).toEqual(new Set(['jambonz.events', 'jambonz.commands', 'jambonz.results']));
    for (const record of ofCalls) {
      expect([record, readTraceparent(record[1])?.traceId]).toEqual([record, traceId]);
    }
  });

  test('a command that is refused fails its span, with the code as its type of error', async () => {
    const result = await client.commands.send(
      call.callSid,
      { type: 'command', command: 'mute:status', data: { mute_status: 'mute' } },
      { ifverbid: 'nobody' },
    );
    expect(result.status).toBe('rejected');
    const refused = () => named('process jambonz.commands', ({ failed }) => failed);
    await eventually('its span', () => refused().length > 0);
    expect(refused()[0]?.attributes).toMatchObject({
      'error.type': 'precondition_failed',
      'jambus.outcome': 'precondition_failed',
    });
  });

  test('sends the metrics to the collector, too', async () => {
    const counted = () =>
      receiver.metrics.filter(
        ({ name, attributes }) => name === 'jambus_commands_total' && attributes['outcome'] === 'precondition_failed',
      );
    await eventually('the metrics', () => counted().length > 0);
    expect(counted()[0]).toMatchObject({ service: 'jambus-adapter', value: 1, attributes: { command: 'mute:status' } });
    const names = (): string[] => receiver.metrics.map(({ name, service }) => `${service} ${name}`);
    // The gateway sends its own when its time has come, which is not the adapter's.
    for (const name of ['jambus-gateway jambus_calls_open', 'jambus-gateway jambus_delivery_seconds'])
      await eventually(name, () => names().includes(name));
  });

  test('a call that jambonz does not trace begins its trace at the gateway, by its call_sid', async () => {
    const untraced = startCall({ url: cluster.websocketUrl, speed: 20 });
    const traceId = untraced.callSid.replaceAll('-', '');
    const own = (name: string) => named(name, (span) => span.traceId === traceId);
    await eventually('its event on the bus', () => own('send jambonz.events').length > 0 && own('call new').length > 0);
    const [root] = own('call new');
    expect(root).toMatchObject({ service: 'jambus-gateway', parentSpanId: '' });
    expect(own('websocket receive session:new')[0]?.parentSpanId).toBe(root?.spanId);
    await untraced.abort();
  });

  test('no span has anything of what was said', () => {
    expect(JSON.stringify(receiver.spans)).not.toMatch(/hello"|simulated|caller_name|\+1508/i);
  });
});
