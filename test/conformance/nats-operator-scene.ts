// The helper is code that tests import, so it is compiled with the package, which knows nothing of jest otherwise.
/// <reference types="jest" />
import type { Bus, BusTrouble } from '@jambus/bus';
import type { StreamConfig } from 'nats';
import type { NatsForTests } from '../brokers/nats/index.ts';
import { eventually, type Handling } from './driver-support.ts';
import { type NatsBusChoices, type NatsScene, natsScene } from './nats-scene.ts';
import { callSids } from './scene.ts';

/** An adapter whose streams somebody else changes. */
export interface Watched {
  readonly bus: Bus;
  /** What it told of one kind of trouble. */
  told(kind: BusTrouble['kind']): readonly string[];
}

export interface OperatorScene extends NatsScene {
  readonly calls: readonly string[];
  stream(channel: string): string;
  /** The stream behind a bucket. */
  bucket(name: string): string;
  /** One after the other, for each call. */
  sendAll(texts: readonly string[]): Promise<void>;
  /** @returns what it was before */
  edit(stream: string, change: Partial<StreamConfig>): Promise<StreamConfig>;
  watched(options?: NatsBusChoices): Promise<Watched>;
  /** One that has handled a command of each call. */
  start(): Promise<Watched & Handling>;
  /** It says so, with what to do, and to who asks whether it is ready. */
  isNotReady(running: Watched, why: string): Promise<void>;
  isReadyAgain(running: Watched): Promise<void>;
  /** The stream of the commands takes them again. */
  takesCommands(): Promise<void>;
}

/** To be called in the body of a suite. */
export function operatorScene(nats: NatsForTests, partitions: number): OperatorScene {
  const scene = natsScene(nats);
  const calls = callSids(6);
  const sendAll = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) for (const callSid of calls) await scene.send(callSid, text);
  };
  const watched = async (options: NatsBusChoices = {}): Promise<Watched> => {
    const troubles: BusTrouble[] = [];
    const streams = { partitions, ...options.streams };
    const bus = await scene.connectBus({ ...options, streams, onTrouble: (trouble) => troubles.push(trouble) });
    const told = (kind: BusTrouble['kind']) =>
      troubles.flatMap((trouble) => (trouble.kind === kind && 'detail' in trouble ? [trouble.detail] : []));
    return { bus, told };
  };
  const own = {
    calls,
    stream: (channel: string) => `${scene.prefix}-${channel}`,
    bucket: (name: string) => `KV_${scene.prefix}-commands-${name}`,
    sendAll,
    edit: async (name: string, change: Partial<StreamConfig>) => {
      const { config } = await scene.jsm.streams.info(name);
      await scene.jsm.streams.update(name, { ...config, ...change });
      return config;
    },
    watched,
    start: async () => {
      const running = await watched();
      const handling = scene.handle(running.bus);
      await sendAll(['before']);
      await eventually(() => expect(handling.handled).toHaveLength(calls.length));
      return { ...running, ...handling };
    },
    isNotReady: async ({ bus, told }: Watched, why: string) => {
      await eventually(() => expect(bus.healthy()).toBe(false));
      expect(bus.faults().join()).toContain(why);
      expect(told('unusable_setting').join()).toContain(why);
    },
    isReadyAgain: ({ bus }: Watched) => eventually(() => expect([bus.faults(), bus.healthy()]).toEqual([[], true])),
    takesCommands: () => eventually(async () => void (await scene.send('probe', 'taken'))),
  };
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(scene)) as typeof own & NatsScene;
}
