import type { JambonzCommand } from '@jambus/schema';
import { eventually } from '../../../bus/test/support/eventually.ts';
import { CALL, type ClientScene, OTHER_CALL } from './client-scene.ts';

export const SAY: JambonzCommand = {
  type: 'command',
  command: 'redirect',
  queueCommand: true,
  data: [{ say: { id: 'b5e39996', text: "Hello it's me Mario" } }],
};

/** What sending commands is on every bus. */
export function describeCommands(sceneNow: () => ClientScene): void {
  let scene: ClientScene;

  beforeEach(() => {
    scene = sceneNow();
  });

  /** The stand-in stays silent. */
  const silent = (): void => {
    scene.onCommand = () => {};
  };

  test('a command reaches the stream as its JSON with CloudEvents headers, and its result comes back', async () => {
    const client = await scene.client();
    const before = Date.now();
    const result = await client.commands.send(CALL, SAY, {
      id: 'greet',
      expiresInMs: 5_000,
      ifverbid: 'v1',
      ifsequence: 7,
      results: 'terminal',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });

    expect(result).toMatchObject({ commandId: 'greet', callSid: CALL, status: 'delivered' });
    const [command] = scene.commands;
    expect(command?.payload).toBe(JSON.stringify(SAY));
    expect(command?.attributes).toMatchObject({
      specversion: '1.0',
      id: 'greet',
      ifverbid: 'v1',
      ifsequence: '7',
      results: 'terminal',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    const { time = '', expirytime = '' } = command?.attributes ?? {};
    expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(expirytime) - Date.parse(time)).toBe(5_000);
  });

  test('a command without id gets one of its own and 30 s', async () => {
    const client = await scene.client();
    const results = await Promise.all([client.commands.send(CALL, SAY), client.commands.send(CALL, SAY)]);
    expect(new Set(results.map(({ commandId }) => commandId)).size).toBe(2);
    const { time = '', expirytime = '' } = scene.commands[0]?.attributes ?? {};
    expect(Date.parse(expirytime) - Date.parse(time)).toBe(30_000);
  });

  test('a refused command is a result and not an error', async () => {
    const client = await scene.client();
    scene.onCommand = ({ id }) => scene.result({ commandId: id, status: 'rejected', code: 'call_ended' });
    expect(await client.commands.send(CALL, SAY)).toMatchObject({ status: 'rejected', code: 'call_ended' });
  });

  test('an ack answers a message with verbs, or with none', async () => {
    const client = await scene.client();
    await client.acks.send(CALL, 'm1', [{ verb: 'answer' }], { id: 'a1' });
    await client.acks.send(CALL, 'm2');
    expect(scene.commands.map(({ payload }) => JSON.parse(payload))).toEqual([
      { type: 'ack', msgid: 'm1', data: [{ verb: 'answer' }] },
      { type: 'ack', msgid: 'm2' },
    ]);
    expect(scene.commands[0]?.id).toBe('a1');
  });

  test('only the terminal result of this very command is its outcome', async () => {
    const client = await scene.client();
    scene.onCommand = async ({ id }) => {
      await scene.result({ commandId: 'somebody else', status: 'rejected', code: 'expired' });
      await scene.result({ commandId: id, callSid: OTHER_CALL, status: 'rejected', code: 'expired' });
      await scene.result({ commandId: id, status: 'started', verbId: 'b5e39996' });
      await scene.result({ commandId: id, status: 'delivered', detail: 'this one' });
    };
    expect(await client.commands.send(CALL, SAY)).toMatchObject({ status: 'delivered', detail: 'this one' });
  });

  test('a result that is none is told, and disturbs nobody', async () => {
    const client = await scene.client();
    scene.onCommand = async ({ id }) => {
      await scene.rawResult('{"commandId":1}');
      await scene.rawResult('no JSON');
      await scene.result({ commandId: id });
    };
    expect(await client.commands.send(CALL, SAY)).toMatchObject({ status: 'delivered' });
    expect(scene.troubles).toEqual([
      expect.stringContaining('a result that is none'),
      expect.stringContaining('a result that is not JSON'),
    ]);
  });

  test('the same id may be used for every call', async () => {
    const client = await scene.client();
    expect(await client.commands.send(CALL, SAY, { id: 'answer' })).toMatchObject({ status: 'delivered' });
    expect(await client.commands.send(OTHER_CALL, SAY, { id: 'answer' })).toMatchObject({ status: 'delivered' });
  });

  test('commands of a call that are not waited for one by one keep their order', async () => {
    const client = await scene.client();
    const ids = Array.from({ length: 200 }, (_, index) => `c${index}`);
    await Promise.all(ids.map((id) => client.commands.send(CALL, SAY, { id })));
    expect(scene.commands.map(({ id }) => id)).toEqual(ids);
  });

  test('without a result it rejects once the command has expired', async () => {
    const client = await scene.client({ resultMarginMs: 50 });
    silent();
    await expect(client.commands.send(CALL, SAY, { id: 'lost', expiresInMs: 1_000 })).rejects.toMatchObject({
      code: 'bus_unavailable',
      message: expect.stringContaining(`no result of command lost of call ${CALL}`),
    });
    expect(scene.commands).toHaveLength(1);
  });

  test('without a place for commands it rejects at once', async () => {
    const client = await scene.client({ prefix: 'nobody-here' });
    await expect(client.commands.send(CALL, SAY)).rejects.toMatchObject({
      code: 'bus_unavailable',
      message: expect.stringMatching(/no stream takes it|there is no topic nobody-here.commands/),
    });
  });

  test('what the server does not take is refused, and the next command of the call goes on', async () => {
    const client = await scene.client();
    const huge: JambonzCommand = { type: 'command', command: 'tag', data: { text: 'x'.repeat(2_000_000) } };
    const [refused, next] = await Promise.allSettled([
      client.commands.send(CALL, huge),
      client.commands.send(CALL, SAY),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'bus_refused' } });
    expect(next).toMatchObject({ status: 'fulfilled', value: { status: 'delivered' } });
  });

  test('a signal ends the waiting, and what was not published is not', async () => {
    const client = await scene.client();
    silent();
    const published = new AbortController();
    const first = client.commands.send(CALL, SAY, { id: 'first', signal: published.signal });
    const waiting = new AbortController();
    const second = client.commands.send(CALL, SAY, { id: 'second', signal: waiting.signal });
    waiting.abort(new Error('changed my mind'));
    await expect(second).rejects.toMatchObject({ code: 'stopped', cause: new Error('changed my mind') });
    await eventually(() => expect(scene.commands).toHaveLength(1));
    published.abort();
    await expect(first).rejects.toMatchObject({ code: 'stopped' });
    await expect(client.commands.send(CALL, SAY, { signal: published.signal })).rejects.toMatchObject({
      code: 'stopped',
    });
    scene.onCommand = ({ id }) => scene.result({ commandId: id });
    await client.commands.send(CALL, SAY, { id: 'third' });
    expect(scene.commands.map(({ id }) => id)).toEqual(['first', 'third']);
  });

  test('more than its bound does not wait: it is refused', async () => {
    const client = await scene.client({ maxUnderWay: 2 });
    silent();
    const held = [1, 2].map((number) => client.commands.send(CALL, SAY, { id: `held${number}` }));
    await expect(client.commands.send(CALL, SAY)).rejects.toMatchObject({ code: 'overloaded', retryable: true });
    await eventually(() => expect(scene.commands).toHaveLength(2));
    await scene.result({ commandId: 'held1' });
    await scene.result({ commandId: 'held2' });
    await Promise.all(held);
    scene.onCommand = ({ id }) => scene.result({ commandId: id });
    expect(await client.commands.send(CALL, SAY)).toMatchObject({ status: 'delivered' });
  });

  test('close waits for results, takes no more commands, and gives up the rest in the end', async () => {
    const client = await scene.client();
    silent();
    const answered = client.commands.send(CALL, SAY, { id: 'answered' });
    const forgotten = client.commands.send(CALL, SAY, { id: 'forgotten' });
    const outcome = Promise.allSettled([answered, forgotten]);
    await eventually(() => expect(scene.commands).toHaveLength(2));
    const closed = client.close();
    await scene.result({ commandId: 'answered' });
    await closed;
    expect(await outcome).toMatchObject([
      { status: 'fulfilled', value: { status: 'delivered' } },
      { status: 'rejected', reason: { code: 'stopped' } },
    ]);
    await expect(client.commands.send(CALL, SAY)).rejects.toMatchObject({ code: 'stopped' });
    await client.close();
  });

  test('a result that came while the connection was away is found afterwards', async () => {
    const { client, proxy } = await scene.cuttable();
    silent();
    const sent = client.commands.send(CALL, SAY, { id: 'patient' });
    await eventually(() => expect(scene.commands).toHaveLength(1));
    proxy.cut();
    await scene.connectionLost();
    await scene.result({ commandId: 'patient', detail: 'while you were away' });
    proxy.restore();
    expect(await sent).toMatchObject({ status: 'delivered', detail: 'while you were away' });
  });

  test('a command sent without a connection goes out once there is one, in order and once', async () => {
    const { client, proxy } = await scene.cuttable();
    proxy.cut();
    await scene.connectionLost();
    const ids = ['a', 'b', 'c'];
    // At the next connection, and not only when it is time to ask for a confirmation again.
    const sent = ids.map((id) => client.commands.send(CALL, SAY, { id, expiresInMs: scene.reconnectsWithinMs }));
    const short = client.commands.send(OTHER_CALL, SAY, { id: 'short', expiresInMs: 1 });
    await expect(short).rejects.toMatchObject({ code: 'bus_unavailable' });
    proxy.restore();
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(scene.commands.map(({ id }) => id)).toEqual(ids);
  }, 30_000);
}
