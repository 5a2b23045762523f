import { setTimeout as sleep } from 'node:timers/promises';
import type { JambusClient } from '@jambus/client';
import { connectNatsClient } from '@jambus/client/nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { talk } from '../examples/voice-agent.ts';
import { parseScript, type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

const LONG_MS = 120_000;
const STORY = Array.from({ length: 200 }, (_, index) => `part ${index} of a long story, `);
const BRIEF = ['Good', 'bye', '.'];

/** Stands for a model: tells a long story, and says goodbye to who wants that. */
async function* model(said: string): AsyncGenerator<string> {
  for (const piece of said === 'Stop.' ? BRIEF : STORY) {
    await sleep(2);
    yield piece;
  }
}

const says = (transcript: string) => ({
  type: 'verb:hook',
  hook: '/heard',
  data: { reason: 'speechDetected', speech: { is_final: true, alternatives: [{ transcript, confidence: 0.9 }] } },
});

await describeWithNats('the example of a voice agent', {}, (nats) => {
  let server: NatsServer;
  let cluster: JambusCluster;
  let client: JambusClient;
  let placed: SimulatedCall | undefined;

  beforeAll(async () => {
    server = await nats.start();
    cluster = await startJambusCluster({
      gateways: 1,
      adapters: 1,
      bus: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url },
    });
    client = await connectNatsClient({ servers: [server.url] });
  }, LONG_MS);
  afterAll(async () => {
    await placed?.abort();
    await client.close();
    await cluster.close();
    await server.stop();
  }, LONG_MS);

  test(
    'speaks as the model does, waits while the buffer is full, and is interrupted by the caller',
    async () => {
      await client.calls.serve({ durable: 'agent' }, (call) => talk(call, model)).ready();
      const script = parseScript({
        caller: [
          { after: 1_000, send: says('Tell me a story.') },
          { after: 40_000, send: says('Stop.') },
          { after: 60_000, hangup: true },
        ],
      });
      placed = startCall({ url: cluster.websocketUrl, speed: 10, script });
      const call = placed;
      const spoken = () => call.state.ttsTokens.items;
      await eventually('the goodbye', () => spoken().at(-1) === '.');
      const story = spoken().slice(0, -BRIEF.length);
      // In order, none twice and none left out, over buffers that were full; and not to its end.
      expect(story).toEqual(STORY.slice(0, story.length));
      expect(story.join('').length).toBeGreaterThan(1_000);
      expect(story.length).toBeLessThan(STORY.length);
      expect(spoken().slice(-BRIEF.length)).toEqual(BRIEF);
      await call.ended;
      expect(call.state.config).toMatchObject({ bargeIn: { enable: true }, ttsStream: { enable: true } });
    },
    LONG_MS,
  );
});
