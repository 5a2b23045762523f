import type { CallStory, Case, Story } from './case.ts';
import { socketOf } from './in-doubt.ts';

/** Times in ms. */
export interface Waits {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** A call with more commands gets them faster than anybody speaks. */
const CALM_COMMANDS = 1_000;
/** From its start, a call takes its application and says that it is there; its commands wait for that. */
const SETTING_UP_MS = 1_000;

/** How long the broker let a publisher wait for the confirmation of a command, at most, ms. */
export function longestConfirmation({ history: { confirmed } }: Case): number {
  return confirmed.reduce((longest, { sentAt, confirmedAt }) => Math.max(longest, confirmedAt - sentAt), 0);
}

/** The commands of a call that is flooded wait for each other, and for long after an outage. */
export function isCalm({ commands }: CallStory): boolean {
  return commands.length <= CALM_COMMANDS;
}

/**
 * How long commands took from their confirmation by the broker to a websocket that was open all the time and is read at
 * once. Calls that are flooded do not count.
 *
 * @param during takes those alone that were confirmed in one of these times; left out: all
 */
export function waitsOf(of: Case, during?: readonly { readonly from: number; readonly to: number }[]): Waits {
  const waits = [...of.calls.values()]
    .filter(isCalm)
    .flatMap(({ commands }) => commands)
    .flatMap((story) => {
      const wait = waitOf(of, story);
      if (wait === undefined) return [];
      const { confirmedAt = 0 } = story.confirmed ?? {};
      const wanted = during === undefined || during.some(({ from, to }) => confirmedAt >= from && confirmedAt <= to);
      return wanted ? [wait] : [];
    });
  waits.sort((a, b) => a - b);
  const quantile = (q: number): number => waits[Math.min(waits.length - 1, Math.floor(waits.length * q))] ?? 0;
  return { count: waits.length, p50: quantile(0.5), p99: quantile(0.99), max: waits.at(-1) ?? 0 };
}

function waitOf(of: Case, { confirmed, writes }: Story): number | undefined {
  const [write] = writes;
  if (confirmed === undefined || write === undefined) return undefined;
  const socket = socketOf(of, write);
  const live = socket !== undefined && !socket.slow && socket.openedAt + SETTING_UP_MS <= confirmed.sentAt;
  return live ? Math.max(0, write.at - confirmed.confirmedAt) : undefined;
}
