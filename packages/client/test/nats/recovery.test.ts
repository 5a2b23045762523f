import { setTimeout as sleep } from 'node:timers/promises';
import type { JambonzCommand } from '@jambus/schema';
import { StorageType } from 'nats';
import { describeWithNats, type NatsServer } from '../../../../test/brokers/nats/index.ts';
import { take } from '../contract/client-scene.ts';
import { type NatsScene, openNatsScene } from './support/nats-scene.ts';

const CALLS = ['a', 'b', 'c', 'd', 'e'];
const COMMANDS = 40;
const COMMAND: JambonzCommand = { type: 'command', command: 'tts:flush' };
const LONG_MS = 150_000;

await describeWithNats('a client whose server is killed', { version: 'newest' }, (nats) => {
  const whenOurs = nats.ours ? test : test.skip;
  let server: NatsServer;
  let scene: NatsScene;

  beforeAll(async () => {
    server = await nats.start();
  }, 600_000);
  beforeEach(async () => {
    scene = await openNatsScene(server, StorageType.File);
  });
  afterEach(() => scene.close(), LONG_MS);
  afterAll(() => server.stop());

  whenOurs(
    'has every command on the stream once and in order, and its result',
    async () => {
      const client = await scene.client();
      const sent: Promise<string>[] = [];
      let restarted: Promise<void> | undefined;
      for (let n = 0; n < COMMANDS; n++) {
        if (n === COMMANDS / 2) restarted = server.restart();
        for (const call of CALLS) {
          sent.push(client.commands.send(call, COMMAND, { id: String(n) }).then(({ status }) => status));
        }
        await sleep(10);
      }
      await restarted;
      expect(new Set(await Promise.all(sent))).toEqual(new Set(['delivered']));
      for (const call of CALLS) {
        const ids = scene.commands.filter(({ callSid }) => callSid === call).map(({ id }) => id);
        expect(ids).toEqual(Array.from({ length: COMMANDS }, (_, n) => String(n)));
      }
    },
    LONG_MS,
  );

  whenOurs.each([undefined, 'ivr'])(
    'has every event, durable: %s',
    async (durable) => {
      const client = await scene.client();
      const events = client.events.subscribe({ durable });
      await events.ready();
      for (let sequence = 1; sequence <= 10; sequence++) await scene.event({ sequence });
      const first = await take(events, 5);
      await server.restart();
      for (let sequence = 11; sequence <= 20; sequence++) await scene.event({ sequence });
      const seen = first.map(({ sequence }) => sequence);
      while (seen.at(-1) !== 20) seen.push(...(await take(events, 1)).map(({ sequence }) => sequence));
      // What a server knew of a durable consumer in the instant it is killed is lost: then some come twice.
      const once = durable === undefined ? seen : [...new Set(seen)];
      expect(once).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    },
    LONG_MS,
  );
});
