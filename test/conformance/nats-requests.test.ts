import type { Bus, CommandRecord } from '@jambus/bus';
import { createInbox, headers, type Msg } from 'nats';
import { describeWithNats } from '../brokers/nats/index.ts';
import { eventually, type Handling, refusalOf } from './driver-support.ts';
import { natsScene } from './nats-scene.ts';
import { DONE, numbers, textOf } from './scene.ts';

// Callers who ask for the result of a command at once.
for (const [version, partitions] of [
  ['newest', 2],
  ['2.9', 1],
] as const) {
  await describeWithNats(`requests, NATS ${version}`, { version }, (nats) => {
    const scene = natsScene(nats);
    const connect = (): Promise<Bus> => scene.connectBus({ stopMs: 50, streams: { partitions } });
    const ask = (callSid: string, text: string, timeout = 5_000): Promise<Msg> =>
      scene.nc.request(`${scene.prefix}.request.${callSid}`, text, { timeout });

    const publishResult = (bus: Bus, { callSid = '', payload, position, replyTo }: CommandRecord): Promise<void> =>
      bus.sink.publish([
        {
          channel: 'results',
          callSid,
          type: 'delivered',
          attributes: { id: `result/${position}`, causationid: position },
          payload: Buffer.from(`result of ${Buffer.from(payload)}`),
          replyTo,
        },
      ]);

    /** Answers each command with a result that says which it was. */
    const serve = (bus: Bus): Handling =>
      scene.handle(bus, async (record) => {
        await publishResult(bus, record);
        return DONE;
      });

    /** The server knows of a subscription a moment after it is made. */
    const opened = async (callSid: string): Promise<void> => {
      await eventually(async () => expect((await ask(callSid, 'are you there')).string()).toContain('result'));
    };

    test('a request is answered with the result of its command, which others can read as well', async () => {
      const bus = await connect();
      const { handled } = serve(bus);
      bus.requests.open('call');
      await opened('call');
      const before = await scene.storedIn('results');
      const answer = await ask('call', 'mute');
      expect(answer.string()).toBe('result of mute');
      expect(answer.headers?.get('ce-causationid')).toBe(handled.at(-1)?.position);
      expect(await scene.storedIn('results')).toBe(before + 1);
    });

    test('its attributes are those of the command', async () => {
      const bus = await connect();
      const { handled } = serve(bus);
      bus.requests.open('call');
      await opened('call');
      const found = headers();
      found.set('ce-id', 'mute-1');
      found.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
      await scene.nc.request(`${scene.prefix}.request.call`, 'mute', { timeout: 5_000, headers: found });
      expect(handled.at(-1)?.attributes).toEqual({
        id: 'mute-1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      });
    });

    test('a command that was asked for comes behind those published before', async () => {
      const bus = await connect();
      bus.requests.open('call');
      const { handled, end } = serve(bus);
      await opened('call');
      await end();
      const again = await connect();
      again.requests.open('call');
      for (const text of numbers(20)) await scene.send('call', text);
      const later = serve(again);
      expect((await ask('call', 'last')).string()).toBe('result of last');
      expect([...handled, ...later.handled].map(textOf).slice(-21)).toEqual([...numbers(20), 'last']);
    });

    test('who asks about a call that nobody knows hears at once that there are no responders', async () => {
      const bus = await connect();
      serve(bus);
      bus.requests.open('call');
      await opened('call');
      bus.requests.close('call');
      await eventually(async () => expect(await refusalOf(ask('call', 'mute'))).toMatchObject({ code: '503' }));
      expect(await refusalOf(ask('another', 'mute'))).toMatchObject({ code: '503' });
    });

    test('each is answered once, whichever adapter was asked and whichever has the partition', async () => {
      for (const bus of [await connect(), await connect()]) {
        bus.requests.open('call');
        serve(bus);
      }
      await opened('call');
      const before = await scene.storedIn('commands');
      const inbox = createInbox();
      const answers: string[] = [];
      scene.nc.subscribe(inbox, { callback: (_, answer) => answers.push(answer.string()) });
      for (const text of numbers(40)) scene.nc.publish(`${scene.prefix}.request.call`, text, { reply: inbox });
      await eventually(() => expect(answers).toHaveLength(40));
      expect(new Set(answers)).toEqual(new Set(numbers(40).map((text) => `result of ${text}`)));
      expect(await scene.storedIn('commands')).toBe(before + 40);
    });

    test('an adapter that stops takes no requests, and leaves them to others', async () => {
      const [stopping, staying] = [await connect(), await connect()];
      stopping.requests.open('call');
      const { end } = serve(stopping);
      await opened('call');
      await end();
      expect(await refusalOf(ask('call', 'nobody'))).toMatchObject({ code: '503' });
      staying.requests.open('call');
      serve(staying);
      await opened('call');
    });

    test('an adapter that closes answers what it was asked, though another has the partition', async () => {
      const [closing, staying] = [await connect(), await connect()];
      closing.requests.open('call');
      await eventually(async () => {
        await refusalOf(ask('call', 'are you there', 100));
        expect(await scene.storedIn('commands')).toBeGreaterThan(0);
      });
      const before = await scene.storedIn('commands');
      const asked = ask('call', 'before');
      await eventually(async () => expect(await scene.storedIn('commands')).toBeGreaterThan(before));
      const closed = closing.close();
      serve(staying);
      expect((await asked).string()).toBe('result of before');
      await closed;
    });

    test('a request that the stream does not take is answered with an error', async () => {
      const bus = await connect();
      bus.requests.open('call');
      serve(bus);
      await opened('call');
      await scene.jsm.streams.update(`${scene.prefix}-commands`, { max_msg_size: 1_000 });
      const answer = await ask('call', 'x'.repeat(2_000));
      expect(answer.data).toHaveLength(0);
      expect(answer.headers?.get('Nats-Service-Error-Code')).toBe('400');
      expect(answer.headers?.get('Nats-Service-Error')).toContain('message size exceeds maximum allowed');
    });

    test('a reply address that somebody made up makes nothing go astray', async () => {
      const bus = await connect();
      const { handled } = serve(bus);
      const astray: string[] = [];
      scene.nc.subscribe(`${scene.prefix}.>`, { callback: (_, { subject }) => astray.push(subject) });
      const found = headers();
      found.set('Jambus-Reply-To', `${scene.prefix}.commands.call`);
      await scene.nc.jetstream().publish(`${scene.prefix}.commands.call`, 'mute', { headers: found });
      await eventually(() => expect(handled).toHaveLength(1));
      await eventually(() => expect(astray).toContain(`${scene.prefix}.results.call`));
      expect(astray.filter((subject) => subject.includes('repl') || subject.includes('commands'))).toEqual([
        `${scene.prefix}.commands.call`,
      ]);
    });
  });
}
