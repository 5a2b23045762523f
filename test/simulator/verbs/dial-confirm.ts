import { hookPath } from '../wire/hook-path.ts';
import { parseApplication, type Verb } from './application.ts';
import type { ChildLeg, SidePlay, VerbHost } from './host.ts';
import { preconditionOf } from './preconditions.ts';
import type { VerbRun } from './verb-run.ts';

/**
 * What came of asking whether the callee takes the call. `declined`: jambonz dropped the callee. `left`: the callee hung up.
 * `killed`: the dial ended meanwhile, and the callee with it.
 */
export type Verdict = 'accepted' | 'declined' | 'left' | 'killed';

/**
 * Asks (`dial:confirm`), and plays what the ack says to the callee. An ack without verbs accepts; so do verbs, unless one of
 * them hangs up. No ack in time, or one that cannot be used, declines.
 */
export async function confirm(run: VerbRun, host: VerbHost, leg: ChildLeg, hook: unknown): Promise<Verdict> {
  const playing = execute(host, leg, hook);
  const leaving = run.sleep(host.callee.hangUpAfterMs).then((): Verdict => (run.killed ? 'killed' : 'left'));
  const verdict = await Promise.race([playing.verdict, leaving]);
  playing.stop();
  return run.killed ? 'killed' : verdict;
}

function execute(host: VerbHost, leg: ChildLeg, hook: unknown) {
  let side: SidePlay | undefined;
  let over = false;
  const ask = async (): Promise<Verdict> => {
    const answer = await host.ask('dial:confirm', hook, host.childInfo(leg));
    if (over) {
      if (answer.ok && answer.data) host.ignored(`ack to dial:confirm ${hookPath(hook)}: the dial had ended by then`);
      return 'killed';
    }
    if (!answer.ok) return decline(host, answer.fault);
    const verbs = answer.data ? usable(host, answer.data) : [];
    if (!verbs) return 'declined';
    if (verbs.length === 0) return 'accepted';
    side = host.play(verbs, leg);
    return (await side.done) ? 'accepted' : 'declined';
  };
  return {
    verdict: ask(),
    stop: () => {
      over = true;
      side?.stop();
    },
  };
}

function usable(host: VerbHost, data: unknown): Verb[] | undefined {
  const application = parseApplication(data);
  if (!application.ok) {
    decline(host, application.fault);
    return undefined;
  }
  const wrong = application.verbs.find((verb) => !['media', 'answered'].includes(preconditionOf(verb)));
  if (!wrong) return application.verbs;
  decline(host, `${wrong.name} is not allowed there`);
  return undefined;
}

function decline(host: VerbHost, reason: string): Verdict {
  host.ignored(`dial:confirm: ${reason}; the callee is dropped`);
  return 'declined';
}
