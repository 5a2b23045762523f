import type { Verb } from './application.ts';
import { runConference } from './conference.ts';
import { runDequeue } from './dequeue.ts';
import { runDial } from './dial.ts';
import { runEnqueue } from './enqueue.ts';
import { runGather } from './gather.ts';
import type { VerbHost } from './host.ts';
import { runRedirect } from './redirect.ts';
import { runRestDial } from './rest-dial.ts';
import type { VerbRun } from './verb-run.ts';

/** Executes a verb; resolves to false when jambonz ends the call over its failure. */
export type Behaviour = (run: VerbRun, host: VerbHost) => Promise<boolean>;

const DECLINED = 'Decline';

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  config: async (run, host) => {
    host.configure(run.verb.data);
    return true;
  },
  conference: runConference,
  dequeue: runDequeue,
  dial: runDial,
  dtmf: async (run, host) => {
    host.noteDtmf(run.verb.data);
    return true;
  },
  dub: async (run, host) => {
    host.noteDub(run.verb.data);
    return true;
  },
  enqueue: runEnqueue,
  gather: runGather,
  hangup: async (_run, host) => {
    host.hangUp();
    return true;
  },
  play: runPlayback,
  redirect: runRedirect,
  'rest:dial': runRestDial,
  say: runPlayback,
  'sip:decline': async ({ verb }, host) => {
    const { status, reason } = verb.data;
    host.decline(Number(status), typeof reason === 'string' ? reason : DECLINED);
    return true;
  },
  'sip:refer': async (run, host) => {
    await host.hook(run.verb.data['actionHook'], { refer_status: 202, final_referred_call_status: 200 }, true);
    return true;
  },
  'sip:request': async (run, host) => {
    host.noteSipRequest(run.verb.data);
    await host.hook(run.verb.data['actionHook'], { result: 'success', sip_status: 200 }, true);
    return true;
  },
  tag: async (run, host) => {
    const { data } = run.verb.data;
    if (typeof data === 'object' && data !== null) host.setTag({ ...data });
    return true;
  },
};

/** What a verb does; those without a behaviour of their own just take their time and then perform their actionHook. */
export function behaviourOf(verb: Verb): Behaviour {
  return BEHAVIOURS[verb.name] ?? runPlain;
}

async function runPlayback(run: VerbRun, host: VerbHost): Promise<boolean> {
  host.playback(run.verb, 'start-playback');
  await run.sleep(host.durations.of(run.verb));
  host.playback(run.verb, run.killed ? 'kill-playback' : 'stop-playback');
  if (run.verb.name === 'play' && !run.killed) await host.hook(run.verb.data['actionHook'], {}, true);
  return true;
}

async function runPlain(run: VerbRun, host: VerbHost): Promise<boolean> {
  await run.sleep(host.durations.of(run.verb));
  if (!run.killed) await host.hook(run.verb.data['actionHook'], {}, true);
  return true;
}
