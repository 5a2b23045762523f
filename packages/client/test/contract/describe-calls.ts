import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../bus/test/support/eventually.ts';
import type { Call, JambusClient, ServeOptions } from '../../src/index.ts';
import { CALL, type ClientScene, OTHER_CALL, type SomeEvent } from './client-scene.ts';

const PATIENCE_MS = 45_000;
const LONG_MS = 90_000;

/** What serving calls is on every bus. */
export function describeCalls(sceneNow: () => ClientScene): void {
  let scene: ClientScene;

  beforeEach(() => {
    scene = sceneNow();
  });

  const begins = (event: SomeEvent = {}) => scene.event({ type: 'session:new', data: { from: '+1' }, ...event });
  const ends = (sequence: number) =>
    scene.event({ sequence, type: 'call:status', data: { call_sid: CALL, call_status: 'completed' } });

  /** Serves calls by noting the sequences of their events, until they are over. */
  async function listen(client: JambusClient, options: Partial<ServeOptions> = {}) {
    const heard: Record<string, number[]> = {};
    const served: Call[] = [];
    const serving = client.calls.serve({ durable: 'ivr', whenDone: 'leave', ...options }, async (call) => {
      served.push(call);
      const sequences = [call.session.sequence];
      heard[call.callSid] = sequences;
      for await (const { sequence } of call.events()) sequences.push(sequence);
    });
    await serving.ready();
    return { heard, served, serving };
  }

  test(
    'the events of each call come to its function alone, in order',
    async () => {
      const { heard, served } = await listen(await scene.client());
      await begins();
      await begins({ callSid: OTHER_CALL });
      for (let sequence = 2; sequence <= 5; sequence++) {
        await scene.event({ sequence });
        await scene.event({ callSid: OTHER_CALL, sequence });
      }
      await eventually(() => {
        expect(heard).toEqual({ [CALL]: [1, 2, 3, 4, 5], [OTHER_CALL]: [1, 2, 3, 4, 5] });
      }, PATIENCE_MS);
      expect(served.map(({ from }) => from)).toEqual(['+1', '+1']);
    },
    LONG_MS,
  );

  test(
    'nothing is missed that came between the beginning of a call and the start of its function',
    async () => {
      const client = await scene.client();
      const { heard } = await listen(client, { concurrency: 1 });
      await begins({ callSid: OTHER_CALL });
      await eventually(() => expect(heard).toEqual({ [OTHER_CALL]: [1] }), PATIENCE_MS);
      // There is no room for it yet.
      await begins();
      await scene.event({ sequence: 2 });
      await ends(3);
      const completed = { call_sid: OTHER_CALL, call_status: 'completed' };
      await scene.event({ callSid: OTHER_CALL, sequence: 2, type: 'call:status', data: completed });
      await eventually(() => expect(heard).toEqual({ [OTHER_CALL]: [1, 2], [CALL]: [1, 2, 3] }), PATIENCE_MS);
    },
    LONG_MS,
  );

  test(
    'events of a time without connection come when there is one again',
    async () => {
      const { client, proxy } = await scene.cuttable();
      const { heard } = await listen(client);
      await begins();
      await scene.event({ sequence: 2 });
      await eventually(() => expect(heard[CALL]).toEqual([1, 2]), PATIENCE_MS);
      // Whatever is looked at when a call begins has been looked at.
      await sleep(1_500);
      proxy.cut();
      await scene.connectionLost();
      for (let sequence = 3; sequence <= 8; sequence++) await scene.event({ sequence });
      proxy.restore();
      await eventually(() => expect(heard[CALL]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]), PATIENCE_MS);
    },
    LONG_MS,
  );

  test(
    'a call goes to one of several processes, and to another when that one closes, from its first event on',
    async () => {
      const clients = [await scene.client(), await scene.client()];
      const listening = await Promise.all(clients.map((client) => listen(client)));
      const servers = () => listening.filter(({ heard }) => heard[CALL] !== undefined);
      await begins();
      await scene.event({ sequence: 2 });
      await eventually(() => expect(servers().map(({ heard }) => heard[CALL])).toEqual([[1, 2]]), PATIENCE_MS);
      const [first] = servers();
      const index = listening.findIndex(({ heard }) => heard === first?.heard);
      await clients[index]?.close();
      await scene.event({ sequence: 3 });
      const second = listening[1 - index];
      await eventually(() => expect(second?.heard[CALL]).toEqual([1, 2, 3]), PATIENCE_MS);
      expect(second?.served.map(({ resumed }) => resumed)).toEqual([true]);
      expect(first?.heard[CALL]).toEqual([1, 2]);
      expect(first?.served[0]?.ended.reason).toMatchObject({ name: 'CallHandedOver' });
    },
    LONG_MS,
  );

  test(
    'what has had its effect is not sent again by the next process, however long ago that was',
    async () => {
      await scene.forgetsIds();
      const said: string[] = [];
      const greet = async (call: Call) => {
        await call.say('Hello');
        said.push('Hello');
      };
      const first = await scene.client();
      await first.calls.serve({ durable: 'ivr' }, greet).ready();
      await begins({ msgid: 'new' });
      await eventually(() => expect(scene.commands).toHaveLength(1), PATIENCE_MS);
      const [{ id, payload } = { id: '', payload: '{}' }] = scene.commands;
      const verb = JSON.parse(payload).data.at(-1).id;
      const status = (sequence: number, event: string) =>
        scene.event({ sequence, data: { event, id: verb }, attributes: { causationid: id } });
      await status(2, 'starting');
      await first.close();
      const second = await scene.client();
      await second.calls.serve({ durable: 'ivr' }, greet).ready();
      await status(3, 'finished');
      await eventually(() => expect(said).toEqual(['Hello']), PATIENCE_MS);
      await eventually(() => expect(scene.commands).toHaveLength(2), PATIENCE_MS);
      expect(JSON.parse(scene.commands[1]?.payload ?? '{}').data).toEqual([{ verb: 'hangup' }]);
    },
    LONG_MS,
  );

  test(
    'a call that was done is not served again by the next process, also while an earlier one goes on',
    async () => {
      const first = await scene.client();
      const { heard } = await listen(first);
      await begins({ callSid: OTHER_CALL });
      await begins();
      await ends(2);
      await eventually(() => expect(heard).toEqual({ [OTHER_CALL]: [1], [CALL]: [1, 2] }), PATIENCE_MS);
      await first.close();
      const next = await listen(await scene.client());
      await eventually(() => expect(next.heard).toEqual({ [OTHER_CALL]: [1] }), PATIENCE_MS);
    },
    LONG_MS,
  );

  test(
    'only calls of the path that was asked for are served',
    async () => {
      const { heard } = await listen(await scene.client(), { application: '/ivr' });
      await begins({ callSid: OTHER_CALL, attributes: { application: '/other' } });
      await begins();
      await eventually(() => expect(heard).toEqual({ [CALL]: [1] }), PATIENCE_MS);
    },
    LONG_MS,
  );
}
