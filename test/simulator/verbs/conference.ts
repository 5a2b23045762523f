import type { JsonObject } from '../wire/json.ts';
import type { VerbHost } from './host.ts';
import { isRunning, joinConference, onStart } from './rooms.ts';
import type { VerbRun } from './verb-run.ts';
import { playOnce, playWhile } from './wait-hook.ts';

const SILENCE_MS = 750;

/**
 * A conference: waits for its start with the music of `waitHook` when the caller may not start it, plays what `enterHook` says,
 * joins, and stays until somebody ends it. The server is told of it by `statusHook`, whose acks mean nothing.
 */
export async function runConference(run: VerbRun, host: VerbHost): Promise<boolean> {
  const { data } = run.verb;
  const name = String(data['name']);
  if (data['startConferenceOnEnter'] === false && !isRunning(name)) await waitForStart(run, host, name);
  if (!run.killed) await attend(run, host, name);
  await host.hook(data['actionHook'], {}, true);
  return true;
}

async function waitForStart(run: VerbRun, host: VerbHost, name: string): Promise<void> {
  let waiting = true;
  const started = () => {
    waiting = false;
    run.wake();
  };
  const stop = onStart(name, started);
  const { waitHook } = run.verb.data;
  const waits = () => waiting && !run.killed;
  const music = async () => {
    await run.sleep(SILENCE_MS);
    if (waits()) await playWhile(waits, run, host, { hook: waitHook, info: host.info });
  };
  if (waitHook !== undefined) void music();
  while (waits()) await run.sleep(Number.POSITIVE_INFINITY);
  stop();
}

async function attend(run: VerbRun, host: VerbHost, name: string): Promise<void> {
  const { data } = run.verb;
  const first = !isRunning(name);
  const began = Date.now();
  const tell = (event: string, members: number) => notify(host, data, { event, members, began });
  if (first) tell('start', 0);
  if (data['enterHook'] !== undefined) {
    await playOnce(() => !run.killed, run, host, { hook: data['enterHook'], info: host.info });
    if (run.killed) return;
  }
  const room = joinConference(name);
  host.setInConference(true);
  tell('join', room.members());
  await stay(run, host);
  host.setInConference(false);
  room.leave();
  tell('leave', room.members());
  if (room.members() === 0 || data['endConferenceOnExit'] === true) tell('end', room.members());
}

/** Until the conference is over for the caller; on hold meanwhile, with music of its own, if a command says so. */
async function stay(run: VerbRun, host: VerbHost): Promise<void> {
  let inside = true;
  let hold = 0;
  let waitHook: string | undefined;
  run.onSignal((signal) => {
    if (signal.kind === 'kick') inside = false;
    else if (signal.kind === 'conference unhold') hold = 0;
    else if (signal.kind === 'conference hold') {
      waitHook = signal.waitHook ?? waitHook;
      hold += 1;
      const turn = hold;
      if (waitHook !== undefined) {
        const waits = () => inside && hold === turn && !run.killed;
        void playWhile(waits, run, host, { hook: waitHook, info: host.info });
      }
    } else return false;
    if (!inside) run.wake();
    return true;
  });
  await run.sleep(host.durations.of(run.verb));
}

function notify(
  host: VerbHost,
  data: JsonObject,
  { event, members, began }: { event: string; members: number; began: number },
): void {
  const { statusHook, statusEvents, name } = data;
  if (statusHook === undefined || !Array.isArray(statusEvents) || !statusEvents.includes(event)) return;
  const details = {
    event,
    duration: (Date.now() - began) / 1000,
    time: new Date().toISOString(),
    members,
    conference_sid: `conf:${String(name)}`,
    friendly_name: name,
  };
  void host.ask('verb:hook', statusHook, { ...details, ...host.info() });
}
