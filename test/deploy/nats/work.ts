import { randomUUID } from 'node:crypto';
import type { BusMessage } from '@jambus/bus';
import type { JetStreamManager } from 'nats';
import type { User } from './rights.ts';
import type { Workplace } from './workplace.ts';

const CALL = 'b8c5e2a4-6f1e-4a39-9b1c-0c9c8c9f6d41';
/** Above half of what the stream takes: what is dealt with is deleted then. */
const LARGE = 'x'.repeat(36 * 1024);

/** Everything that a user does. Rejects when something of it is impossible. */
export const WORK: Readonly<Record<User, (place: Workplace) => Promise<void>>> = {
  adapter: adapterWork,
  microservice: microserviceWork,
  operator: operatorWork,
};

/** It makes what is missing, carries commands, results, requests and dead letters, and hands over to another one. */
async function adapterWork(place: Workplace): Promise<void> {
  const { prefix, until } = place;
  const first = await place.adapter();
  const others = await place.connection('microservice');
  const command = (text: string) => others.jetstream().publish(`${prefix}.commands.${CALL}`, text);
  await command('first');
  await until('a command', () => first.handled.includes('first'));
  await command('bad');
  await command(LARGE);
  first.bus.requests.open(CALL);
  await until('an answer', () =>
    others.request(`${prefix}.request.${CALL}`, 'ask', { timeout: 3_000 }).catch(() => false),
  );
  await first.bus.sink.publish([eventOf(randomUUID())]);
  await first.bus.history.pastOf(CALL, 0);

  const second = await place.adapter({ replicas: 3 });
  const { jsm, end } = await manager(place);
  // Whoever cannot renew a lease looks whose it is.
  const holder = await place.connection('adapter');
  const lease = `$KV.${prefix}-commands-leases.partition.0`;
  const leases = `KV_${prefix}-commands-leases`;
  // The first time nobody may hold it, as adapters share out at that moment.
  for (const time of ['once', 'twice']) {
    const { seq } = (await holder.request(lease, 'somebody else')).json<{ seq: number }>();
    await until(`an adapter has it again, ${time}`, async () => {
      const { state } = await jsm.streams.info(leases, { subjects_filter: lease });
      if (state.subjects?.[lease] !== 1) return false;
      // It may expire between the two.
      const latest = await jsm.streams.getMessage(leases, { last_by_subj: lease }).catch(() => undefined);
      return (latest?.seq ?? 0) > seq;
    });
  }
  await first.end();
  await command('second');
  await until('a command after the hand-over', () => second.handled.includes('second'));
  await until('commands that are dealt with are gone', async () => {
    return (await jsm.streams.info(`${prefix}-commands`)).state.first_seq > 1;
  });
  await until('a dead letter', async () => (await jsm.streams.info(`${prefix}-deadletters`)).state.messages === 1);
  await end();
  await second.end();
}

/** It sends commands and asks for results, and hears of events and results, also by a name that others share. */
async function microserviceWork(place: Workplace): Promise<void> {
  const { prefix, until } = place;
  const adapter = await place.adapter();
  adapter.bus.requests.open(CALL);
  const client = await place.client();
  const heard = new Set<string>();
  const hear = async (who: string, items: AsyncIterable<unknown> & { ready(): Promise<void> }): Promise<void> => {
    await items.ready();
    void (async () => {
      for await (const _ of items) heard.add(who);
    })().catch(() => {});
  };
  await hear('live', client.events.subscribe());
  await hear('durable', client.events.subscribe({ durable: 'ivr', type: 'verb:status' }));
  await hear('results', client.results.subscribe());
  await client.commands.send(CALL, { type: 'command', command: 'mute:status', data: { mute_status: 'mute' } });
  await adapter.bus.sink.publish([eventOf(randomUUID())]);
  await until('everything is heard', () => heard.size === 3);
  const followed: string[] = [];
  const serving = client.calls.serve({ durable: 'calls', whenDone: 'leave' }, async (call) => {
    for await (const { id } of call.events()) followed.push(id);
  });
  await serving.ready();
  const served = randomUUID();
  const told = (sequence: number, type: string) => adapter.bus.sink.publish([eventOf(served, sequence, type)]);
  await told(1, 'session:new');
  await told(2, 'verb:status');
  await until('a call is followed', () => followed.length === 1);
  const asking = await place.connection('microservice');
  await until('an answer', () =>
    asking.request(`${prefix}.request.${CALL}`, 'ask', { timeout: 3_000 }).catch(() => false),
  );
  await client.close();
}

/** It looks at streams, consumers and messages, sets them right, and publishes a dead letter again. */
async function operatorWork(place: Workplace): Promise<void> {
  const { prefix, until } = place;
  const adapter = await place.adapter();
  const [events, deadletters] = [`${prefix}-events`, `${prefix}-deadletters`];
  const others = await place.connection('microservice');
  await others.jetstream().publish(`${prefix}.commands.${CALL}`, 'bad');
  await adapter.bus.sink.publish([eventOf(randomUUID())]);
  const { jsm, nc } = await manager(place);
  await until('a dead letter', async () => (await jsm.streams.info(deadletters)).state.messages === 1);
  await jsm.streams.names().next();
  await jsm.streams.list().next();
  const [consumer] = await jsm.consumers.list(`${prefix}-commands`).next();
  await nc.request(`$JS.API.CONSUMER.NAMES.${prefix}-commands`);
  const name = consumer?.name ?? '';
  await jsm.consumers.info(`${prefix}-commands`, name);
  await jsm.consumers.delete(`${prefix}-commands`, name);
  const letter = await jsm.streams.getMessage(deadletters, { last_by_subj: `${prefix}.deadletters.>` });
  await nc
    .jetstream()
    .publish(`${prefix}.commands.${CALL}`, Buffer.from(letter.data).toString().replace('bad', 'good'));
  await until('it is handled', () => adapter.handled.includes('good'));
  await jsm.streams.update(events, { max_age: 0 });
  await jsm.streams.purge(events);
  await jsm.streams.delete(events);
}

async function manager(
  place: Workplace,
): Promise<{ jsm: JetStreamManager; nc: Awaited<ReturnType<Workplace['connection']>>; end(): Promise<void> }> {
  const nc = await place.connection('operator');
  return { nc, jsm: await nc.jetstreamManager({ checkAPI: false }), end: () => nc.close() };
}

function eventOf(callSid: string, sequence = 1, type = 'verb:status'): BusMessage {
  const data = { id: 'greeting', event: 'start-playback', verb: 'say', status: 'playing' };
  return {
    channel: 'events',
    callSid,
    type,
    attributes: {
      id: `${callSid}/1/${sequence}`,
      time: '2026-11-22T12:00:00.000Z',
      type: `jambonz.${type.replace(':', '.')}`,
      sequence: String(sequence),
      epoch: '1',
    },
    payload: Buffer.from(JSON.stringify({ type, call_sid: callSid, data })),
  };
}
