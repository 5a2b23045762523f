import type { Bus, BusMessage } from '@jambus/bus';
import { describeWithNats } from '../brokers/nats/index.ts';
import { startTcpProxy } from '../fixtures/tcp-proxy.ts';
import { ENDED_AT, ended, eventOf, eventually, refusalOf } from './driver-support.ts';
import { natsScene } from './nats-scene.ts';

for (const version of ['newest', '2.9'] as const) {
  await describeWithNats(`the past of a call, NATS ${version}`, { version }, (nats) => {
    const scene = natsScene(nats);
    const { ending } = scene;
    const connectBus = (options = {}): Promise<Bus> => scene.connectBus({ streams: { partitions: 1 }, ...options });

    const event = (callSid: string, epoch: number, sequence: number): BusMessage => {
      const message = eventOf(callSid, String(sequence));
      const { attributes } = message;
      return { ...message, attributes: { ...attributes, epoch: String(epoch), sequence: String(sequence) } };
    };
    const endOf = (callSid: string, epoch: number, sequence: number): BusMessage =>
      ended(event(callSid, epoch, sequence));
    const result = (callSid: string, decidedposition: string): BusMessage => ({
      ...eventOf(callSid, decidedposition),
      channel: 'results',
      type: 'delivered',
      attributes: { id: `result/${decidedposition}`, decidedposition },
    });

    test('is the last event and the last decided command, whatever other calls have', async () => {
      const bus = await connectBus();
      await bus.sink.publish([event('call', 1, 1), event('call', 2, 2), event('call-2', 7, 9)]);
      await bus.sink.publish([result('call', 'log/0/1'), result('call', 'log/0/5'), result('call-2', 'log/0/8')]);
      expect(await bus.history.pastOf('call', 0)).toEqual({ epoch: 2, sequence: 2, decided: 'log/0/5' });
    });

    test('tells when the call ended, if that is its last event', async () => {
      const bus = await connectBus();
      await bus.sink.publish([endOf('call', 1, 3), endOf('back', 1, 3), event('back', 2, 4)]);
      expect(await bus.history.pastOf('call', 0)).toEqual({ epoch: 1, sequence: 3, endedAt: Date.parse(ENDED_AT) });
      expect(await bus.history.pastOf('back', 0)).toEqual({ epoch: 2, sequence: 4 });
    });

    test('may be events only, results only, or nothing', async () => {
      const bus = await connectBus();
      await bus.sink.publish([event('events', 3, 4), result('results', 'log/1/2')]);
      expect(await bus.history.pastOf('events', 0)).toEqual({ epoch: 3, sequence: 4, decided: undefined });
      expect(await bus.history.pastOf('results', 0)).toEqual({ epoch: 0, sequence: 0, decided: 'log/1/2' });
      for (const callSid of ['call', 'event', 'no.token', '', '*', '>']) {
        expect(await bus.history.pastOf(callSid, 0)).toBeUndefined();
      }
    });

    test('is not made of what somebody else has put under the subjects', async () => {
      const bus = await connectBus();
      await scene.nc.jetstream().publish(`${scene.prefix}.events.call.verb.status`, 'foreign');
      await scene.nc.jetstream().publish(`${scene.prefix}.results.call`, 'foreign');
      expect(await bus.history.pastOf('call', 0)).toBeUndefined();
    });

    test('is an error when the server cannot be asked', async () => {
      const proxy = await startTcpProxy(scene.server.port);
      ending.push(() => proxy.close());
      const bus = await connectBus({ connection: { servers: [`nats://127.0.0.1:${proxy.port}`] } });
      proxy.cut();
      await eventually(() => expect(bus.healthy()).toBe(false));
      expect(await refusalOf(bus.history.pastOf('call', 0))).toMatchObject({
        code: 'bus_unavailable',
        retryable: true,
      });
    });
  });
}
