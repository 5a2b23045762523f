import {
  type BusMessage,
  type BusTrouble,
  type CommandHandler,
  DEFAULT_LANES_SETTINGS,
  PartitionLanes,
  type PartitionLanesOptions,
} from '../../src/index.ts';

/** Lanes with everything they tell kept for the test. */
export interface WatchedLanes {
  readonly lanes: PartitionLanes;
  readonly letters: BusMessage[];
  readonly troubles: BusTrouble[];
  readonly advances: number[];
}

/** Lanes that begin at offset 0 and publish dead letters at once, unless told otherwise. */
export function watchedLanes(handler: CommandHandler, options: Partial<PartitionLanesOptions> = {}): WatchedLanes {
  const letters: BusMessage[] = [];
  const troubles: BusTrouble[] = [];
  const advances: number[] = [];
  const lanes = new PartitionLanes({
    handler,
    publishDeadLetter: async (letter) => void letters.push(letter),
    channelName: 'jambonz.commands',
    startAfter: -1,
    onAdvance: (watermark) => advances.push(watermark),
    onTrouble: (trouble) => troubles.push(trouble),
    settings: { ...DEFAULT_LANES_SETTINGS, backoff: { firstMs: 2, maxMs: 4 } },
    ...options,
  });
  return { lanes, letters, troubles, advances };
}
