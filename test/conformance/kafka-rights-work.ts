import type { Bus, BusMessage, CommandHandler } from '@jambus/bus';
import type { JambusClient } from '@jambus/client';
import type { BusNames } from '@jambus/schema';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { eventOf, handleOn } from './driver-support.ts';
import { DONE, textOf } from './scene.ts';

/** Long enough for everything that an adapter does once, ms. */
const ONCE_MS = 6_000;
const LOOK_MS = 50;

/** What a handler does that stands for a gateway with all calls: a command has a result, and one that is none has not. */
export function resultsOn(bus: Bus): CommandHandler {
  return async (record) => {
    if (textOf(record) === 'none') return { kind: 'dead-letter', reason: 'invalid', detail: 'no command' };
    const { callSid = '', attributes } = record;
    const result = { commandId: attributes['id'], callSid, status: 'delivered', at: new Date().toISOString() };
    await bus.sink.publish([{ ...message('results', callSid), payload: Buffer.from(JSON.stringify(result)) }]);
    return DONE;
  };
}

export function message(channel: BusMessage['channel'], callSid: string): BusMessage {
  const type = channel === 'events' ? 'verb:status' : 'delivered';
  const attributes = {
    specversion: '1.0',
    id: `${callSid}/1/1`,
    type: 'jambonz.verb.status',
    time: '2026-11-22T12:00:00.000Z',
    application: '/ivr',
    sequence: '1',
    epoch: '1',
  };
  const data = JSON.stringify({ type: 'verb:status', call_sid: callSid, data: { event: 'x' } });
  return { ...eventOf(callSid, data), channel, type, attributes };
}

/** Everything that an adapter does. Each step that fails is told of, and does not keep the next one from being tried. */
export async function workAsAdapter(bus: Bus, tell: (text: string) => void, dead: () => boolean): Promise<void> {
  const { handled, end, running } = handleOn(bus, resultsOn(bus));
  let ended = false;
  running.then(
    () => {},
    (error: unknown) => {
      ended = true;
      tell(String(error));
    },
  );
  for (const channel of ['events', 'results', 'deadletters'] as const) {
    await bus.sink.publish([message(channel, 'call')]).catch((error: unknown) => tell(String(error)));
  }
  await bus.history.pastOf('nobody', 0).catch((error: unknown) => tell(String(error)));
  const until = performance.now() + ONCE_MS;
  while (!ended && (handled.length === 0 || !dead()) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  await end().catch(() => {});
}

/** Everything that a microservice does. */
export async function workAsService(client: JambusClient, durable: string, tell: (text: string) => void) {
  const callSid = 'fea06c16-2b4c-4f2b-9f4e-2a8d0d3d9a51';
  const told = (error: unknown): void => tell(String(error));
  await client.commands
    .send(callSid, { type: 'command', command: 'redirect', data: [] }, { expiresInMs: ONCE_MS })
    .catch(told);
  const own = client.events.subscribe();
  const shared = client.events.subscribe({ durable });
  await own.ready().catch(told);
  await shared.ready().catch(told);
}

/** What an operator does with Kafka's tools, by the right that it takes. */
export function operatorSteps(kafka: Kafka, names: BusNames): ReadonlyMap<string, () => Promise<unknown>> {
  const { ConfigResourceTypes } = kafkajs;
  const asked = async <T>(ask: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = kafka.admin();
    await admin.connect();
    // It finds no coordinator before it has looked at the cluster.
    await admin.describeCluster();
    try {
      return await ask(admin);
    } finally {
      await admin.disconnect();
    }
  };
  const alter = (name: string) => () =>
    asked((admin) => {
      const settings = { 'retention.ms': '86400000', 'message.timestamp.type': 'LogAppendTime' };
      const configEntries = Object.entries(settings).map(([setting, value]) => ({ name: setting, value }));
      const resource = {
        type: ConfigResourceTypes.TOPIC,
        name,
        configEntries,
      };
      return admin.alterConfigs({ validateOnly: false, resources: [resource] });
    });
  const describe = (topic: string) => () => asked((admin) => admin.fetchTopicOffsets(topic));
  const group = `${names.commands}.adapters`;
  const read = async (): Promise<void> => {
    const consumer = kafka.consumer({ groupId: `${names.prefix}-operator` });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [names.deadletters], fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
        consumer.on(consumer.events.GROUP_JOIN, () => setTimeout(resolve, 500));
        consumer.run({ eachMessage: async () => resolve() }).catch(reject);
      });
    } finally {
      await consumer.disconnect();
    }
  };
  const publish = async (): Promise<void> => {
    const producer = kafka.producer();
    try {
      await producer.connect();
      await producer.send({ topic: names.commands, messages: [{ key: 'call', value: 'again' }] });
    } finally {
      await producer.disconnect();
    }
  };
  return new Map<string, () => Promise<unknown>>([
    ...(['commands', 'events', 'results', 'deadletters'] as const).map(
      (channel) => [`AlterConfigs topic ${names[channel]}`, alter(names[channel])] as const,
    ),
    [`Describe topic ${names.events}`, describe(names.events)],
    [`Describe topic ${names.results}`, describe(names.results)],
    [
      `Describe group ${group}`,
      () => asked((admin) => admin.fetchOffsets({ groupId: group, topics: [names.commands] })),
    ],
    [`Read topic ${names.deadletters}`, read],
    [`Read group ${names.prefix}-operator`, read],
    [`Write topic ${names.commands}`, publish],
  ]);
}
