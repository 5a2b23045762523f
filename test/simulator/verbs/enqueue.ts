import type { JsonObject } from '../wire/json.ts';
import type { VerbHost } from './host.ts';
import { joinQueue } from './rooms.ts';
import type { VerbRun } from './verb-run.ts';
import { playWhile } from './wait-hook.ts';

const SILENCE_MS = 500;

/**
 * Waits in a queue, with the music of `waitHook`, until somebody takes the caller out (the verb `dequeue` of another call, or
 * the duration of `enqueue` in the script), the music says `leave`, or other verbs throw the caller out. The actionHook is
 * performed in all of these cases, and verbs in its ack count.
 */
export async function runEnqueue(run: VerbRun, host: VerbHost): Promise<boolean> {
  const { name, waitHook, actionHook } = run.verb.data;
  const began = Date.now();
  const queueTime = () => Math.floor((Date.now() - began) / 1000);
  let result = 'hangup';
  let partner: Promise<void> | undefined;
  let waiting = true;
  const place = joinQueue(String(name), {
    take: (untilPartnerLeaves) => {
      partner = untilPartnerLeaves;
      waiting = false;
      run.wake();
    },
  });
  const tell = (event: string, more: JsonObject) => {
    if (host.queueEvents)
      host.say('queue:status', { ...host.info(), event, queue: name, length: place.size(), ...more });
  };
  tell('join', { join_time: began });

  const waits = () => waiting && !run.killed;
  const info = () => ({
    ...host.info(),
    queue_sid: `queue:${String(name)}`,
    queue_time: queueTime(),
    queue_size: place.size(),
    queue_position: place.position(),
  });
  const music = async () => {
    await run.sleep(SILENCE_MS);
    if ((await playWhile(waits, run, host, { hook: waitHook, info, also: 'leave' })) !== 'leave' || !waits()) return;
    result = 'leave';
    waiting = false;
    run.wake();
  };
  if (waitHook !== undefined) void music();

  await wait(run, waits, host.durations.of(run.verb));
  waiting = false;
  place.leave();
  if (partner) {
    result = 'bridged';
    await run.unlessKilled(partner);
  } else if (!run.killed && result !== 'leave') result = 'bridged';
  tell('leave', { leave_reason: result === 'bridged' ? 'dequeued' : 'abandoned', leave_time: Date.now() });
  const results = { queue_sid: `queue:${String(name)}`, queue_time: queueTime(), queue_result: result };
  await host.hook(actionHook, results, true);
  return true;
}

/** Sleeps for `ms` in all, whatever wakes it, for as long as the caller waits. */
async function wait(run: VerbRun, waits: () => boolean, ms: number): Promise<void> {
  let over = false;
  const end = run.sleep(ms).then(() => {
    over = true;
  });
  while (!over && waits()) await Promise.race([end, run.sleep(LOOK_MS)]);
}

const LOOK_MS = 100;
