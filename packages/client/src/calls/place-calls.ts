import { JambusError } from '@jambus/schema';
import type { Subscription } from '../client.ts';
import type { JambusEventOf } from '../event.ts';
import type { PlacedCall } from './calls.ts';
import { type CreateOptions, createCall, type PlatformApi } from './create-call.ts';
import { createPlacedCalls, type PlacedCalls } from './placed-calls.ts';

export interface PlaceCallsOptions {
  readonly api: PlatformApi;
  /** Begins to follow the statuses of all calls. */
  readonly statuses: () => Subscription<JambusEventOf<'call:status'>>;
}

/** As the platform has it, s. */
const DEFAULT_TIMEOUT_S = 60;
/** What is told of a call may come so much later than it happened, ms. */
const TOLD_WITHIN_MS = 15_000;

/** Places calls, and follows their statuses from before the first one is placed. */
export function placeCalls({ api, statuses }: PlaceCallsOptions): (options: CreateOptions) => Promise<PlacedCall> {
  let following: Promise<PlacedCalls> | undefined;

  const follow = async (): Promise<PlacedCalls> => {
    const placed = createPlacedCalls();
    const events = statuses();
    const read = async (): Promise<void> => {
      try {
        for await (const event of events) placed.take(event);
        placed.close(new JambusError('stopped', 'the client is closed'));
      } catch (error) {
        placed.close(JambusError.from(error));
      }
      following = undefined;
    };
    void read();
    await events.ready();
    return placed;
  };

  return async (options) => {
    following ??= follow();
    following.catch(() => {
      following = undefined;
    });
    const placed = await following;
    const callSid = await createCall(api, options);
    const withinMs = (options.timeout ?? DEFAULT_TIMEOUT_S) * 1_000 + TOLD_WITHIN_MS;
    const outcome = placed.outcomeOf(callSid, withinMs);
    // Whoever does not ask is not told.
    outcome.catch(() => {});
    return { callSid, outcome: () => outcome };
  };
}
