import { CANCELED, type CallProgress, IN_PROGRESS, RINGING } from '../wire/call-facts.ts';
import { parseApplication } from './application.ts';
import type { VerbHost } from './host.ts';
import type { VerbRun } from './verb-run.ts';

/** How long until the far end rings, and until jambonz stops waiting, simulated ms. */
const SETUP_MS = 200;
const PATIENCE_MS = 60_000;
/** How long jambonz keeps the socket of a call that nobody answered, simulated ms. */
const LINGER_MS = 5000;

const REFUSALS: Readonly<Record<'busy' | 'failed', CallProgress>> = {
  busy: { status: 'busy', sipStatus: 486, sipReason: 'Busy Here' },
  failed: { status: 'failed', sipStatus: 480, sipReason: 'Temporarily Unavailable' },
};

/**
 * The call that jambonz places itself: rings, and asks for the application when somebody answers. Without a usable one the
 * callee is not hung up on: jambonz leaves the call up, silent, and waits for commands.
 */
export async function runRestDial(run: VerbRun, host: VerbHost): Promise<boolean> {
  const { callee } = host;
  await run.sleep(SETUP_MS);
  if (!run.killed) host.progress(RINGING);
  await run.sleep(callee.answer === 'no answer' ? PATIENCE_MS : callee.ringMs);
  if (run.killed === 'hangup') return true;
  if (run.killed || callee.answer === 'no answer') await unanswered(run, host, CANCELED);
  else if (callee.answer !== 'answer') await unanswered(run, host, REFUSALS[callee.answer]);
  else await answered(run, host);
  return true;
}

async function unanswered(run: VerbRun, host: VerbHost, why: CallProgress): Promise<void> {
  host.progress(why);
  await run.sleep(LINGER_MS);
  host.unanswered(why);
}

async function answered(run: VerbRun, host: VerbHost): Promise<void> {
  host.progress(IN_PROGRESS);
  const answer = await run.unlessKilled(host.askInitial());
  if (!answer) return;
  if (!answer.ok) return host.ignored(`${answer.fault}: the callee hears nothing, and the call waits for commands`);
  if (!Array.isArray(answer.data)) {
    host.ignored('no application provided: the callee hears nothing until a command brings verbs');
    return run.sleep(Number.POSITIVE_INFINITY);
  }
  const application = parseApplication(answer.data);
  if (!application.ok) {
    return host.ignored(`${application.fault}: the callee hears nothing, and the call waits for commands`);
  }
  host.setUp();
  host.replace(application.verbs);
}
