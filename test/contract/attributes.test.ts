import { readFile } from 'node:fs/promises';
import type { BusMessage } from '@jambus/bus';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Cluster, eventually, startCluster } from '../e2e/cluster-harness.ts';

/** The schema of the attributes of each channel. */
const FILES = { events: 'event', results: 'result', deadletters: 'dead-letter' } as const;

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
  const gateway = await cluster.addGateway();
  await cluster.addAdapter();
  const [call] = await cluster.liveCalls(gateway, 1);
  const callSid = call?.callSid ?? '';
  cluster.publish(callSid, '{"type":"command","command":"redirct"}', { id: 'misspelt', traceparent: '00-1-2-01' });
  cluster.publish(callSid, { type: 'command', command: 'call:status', data: { call_status: 'completed' } });
  await eventually('the dead letter', async () => (await cluster.messages('deadletters')).length === 1);
  await call?.ended;
  await eventually('the last event', async () => has(await cluster.messages('events'), '"completed"'));
});

afterAll(() => cluster.close());

test.each(['events', 'results', 'deadletters'] as const)(
  'what is said about %s on the bus is what the contract says, and nothing else',
  async (channel) => {
    const file = new URL(`../../packages/contract/schemas/${FILES[channel]}-attributes.schema.json`, import.meta.url);
    const schema = JSON.parse(await readFile(file, 'utf8'));
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
    const known = new Set([...Object.keys(schema.properties), 'id', 'traceparent']);
    const messages = await cluster.messages(channel);
    expect(messages.length).toBeGreaterThan(0);
    for (const { attributes } of messages) {
      validate(attributes);
      expect({ attributes, errors: validate.errors }).toEqual({ attributes, errors: null });
      expect(Object.keys(attributes).filter((name) => !known.has(name))).toEqual([]);
    }
  },
);

function has(messages: readonly BusMessage[], text: string): boolean {
  return messages.some(({ payload }) => Buffer.from(payload).includes(text));
}
