import { order } from './order.ts';
import { outboundConfirm } from './outbound-confirm.ts';
import { queueWait } from './queue-wait.ts';
import type { Story } from './story.ts';

export type { Story } from './story.ts';

export const DEFAULT_STORY = order;

/** By their names. */
export const STORIES: ReadonlyMap<string, Story> = new Map(
  [order, outboundConfirm, queueWait].map((story) => [story.name, story]),
);
