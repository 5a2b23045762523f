import { connectNatsBus, type NatsStreamSettings } from '@jambus/bus';
import { busNames, JambusError } from '@jambus/schema';
import { DiscardPolicy, nanos, RetentionPolicy, StorageType, type StreamConfig } from 'nats';
import { describeWithNats } from '../brokers/nats/index.ts';
import { eventually, refusalOf } from './driver-support.ts';
import { natsScene } from './nats-scene.ts';
import { callSids, textOf } from './scene.ts';

/** Our client does not know the field of the newer servers. */
const WRITES_LATER: Partial<StreamConfig> & { readonly persist_mode: string } = { persist_mode: 'async' };

/** What the driver asks of streams that are there already. */
await describeWithNats('a stream that is there already', { version: 'newest' }, (nats) => {
  const scene = natsScene(nats);
  const { connectBus, handle, send, ending } = scene;

  const commands = () => ({
    name: `${scene.prefix}-commands`,
    subjects: [`${scene.prefix}.commands.*`],
    duplicate_window: nanos(120_000),
  });
  const risksOf = async (streams: Partial<NatsStreamSettings>): Promise<string[]> => {
    const told: string[] = [];
    await connectBus({
      streams,
      onTrouble: (trouble) => void (trouble.kind === 'risky_setting' && told.push(trouble.detail)),
    });
    return told;
  };
  const fault = async (streams: Partial<NatsStreamSettings> = {}) => {
    const refusal = await refusalOf(connectBus({ streams }));
    expect(refusal).toBeInstanceOf(JambusError);
    expect(refusal).toMatchObject({ code: 'bad_config' });
    return String(refusal);
  };

  test('is used with its own partitions when the settings name none', async () => {
    await connectBus({ streams: { partitions: 3 } });
    const { partitions: _, ...unset } = { partitions: 2, maxBytes: 16 * 1024 * 1024 };
    const bus = await connectNatsBus({
      connection: { servers: [scene.server.url] },
      names: busNames(scene.prefix),
      streams: unset,
      onTrouble: () => {},
    });
    ending.push(() => bus.close());
    const { handled } = handle(bus);
    for (const callSid of callSids(30)) await send(callSid, 'text');
    await eventually(() => expect(handled).toHaveLength(30));
    expect(new Set(handled.map(({ position }) => position.split('/')[1]))).toEqual(new Set(['0', '1', '2']));
  });

  test('is refused with another number of partitions', async () => {
    await connectBus({ streams: { partitions: 3 } });
    expect(await fault({ partitions: 4 })).toContain('it has 3 partitions, not the 4 of the settings');
  });

  test('is refused when commands are deleted as they are read', async () => {
    await scene.jsm.streams.add({ ...commands(), retention: RetentionPolicy.Workqueue });
    expect(await fault({ partitions: 1 })).toContain('retention is workqueue');
  });

  test('is refused when it takes other subjects', async () => {
    await scene.jsm.streams.add({ ...commands(), subjects: [`${scene.prefix}.other.*`] });
    expect(await fault({ partitions: 1 })).toContain(`has to take ${scene.prefix}.commands.*`);
  });

  test('is refused when it stores commands under subjects that no partition reads', async () => {
    const dest = `${scene.prefix}.commands.{{partition(4,1)}}.x.{{wildcard(1)}}`;
    await scene.jsm.streams.add({ ...commands(), subject_transform: { src: `${scene.prefix}.commands.*`, dest } });
    expect(await fault()).toContain('has to transform');
  });

  test('is refused when it deletes commands that nobody has read', async () => {
    await scene.jsm.streams.add({ ...commands(), max_msgs: 1_000 });
    expect(await fault({ partitions: 1 })).toContain('discard new');
  });

  test('is refused when it deletes commands soon', async () => {
    await scene.jsm.streams.add({ ...commands(), max_age: nanos(130_000) });
    expect(await fault({ partitions: 1 })).toContain('after 130000 ms (max_age)');
  });

  test('is refused when it forgets ids before a batch is sent again', async () => {
    await scene.jsm.streams.add({
      ...commands(),
      name: `${scene.prefix}-events`,
      subjects: [`${scene.prefix}.events.>`],
      duplicate_window: nanos(5_000),
    });
    expect(await fault()).toContain('duplicate window');
  });

  test('that is in memory is used, and told of when the settings have it on disk', async () => {
    await scene.jsm.streams.add({ ...commands(), storage: StorageType.Memory });
    const told = await risksOf({ partitions: 1 });
    expect(told).toEqual([
      expect.stringMatching(/-commands is kept in memory, and not on disk as JAMBUS_NATS_STORAGE/),
    ]);
    // Who has chosen so is not told.
    expect(await risksOf({ partitions: 1, storage: 'memory' })).toEqual([]);
  });

  test('that confirms records before they are written is used, and told of', async () => {
    const made = await scene.jsm.streams.add({ ...commands(), ...WRITES_LATER });
    // Servers before 2.12 do not know it, and write first.
    const expected =
      'persist_mode' in made.config ? [expect.stringMatching(/-commands confirms .*\(persist_mode async\)/)] : [];
    expect(await risksOf({ partitions: 1 })).toEqual(expected);
  });

  test('is used with wider subjects and other bounds than the settings', async () => {
    await scene.jsm.streams.add({
      ...commands(),
      subjects: [`${scene.prefix}.commands.>`],
      max_msgs: 1_000,
      discard: DiscardPolicy.New,
    });
    const { handled } = handle(await connectBus({ streams: { partitions: 1 } }));
    await send('call', 'text');
    await eventually(() => expect(handled.map(textOf)).toEqual(['text']));
  });
});
