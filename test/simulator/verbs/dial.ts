import { randomUUID } from 'node:crypto';
import { CANCELED, type CallProgress, COMPLETED, IN_PROGRESS, RINGING, TRYING } from '../wire/call-facts.ts';
import { isJsonObject, type JsonObject } from '../wire/json.ts';
import { confirm } from './dial-confirm.ts';
import { followParties } from './dial-parties.ts';
import type { ChildLeg, VerbHost } from './host.ts';
import type { VerbRun } from './verb-run.ts';

/** How long the far end takes to ring, part of its ring time; and how long jambonz waits when the verb does not say, ms. */
const SETUP_MS = 100;
const PATIENCE_S = 60;

const REFUSALS: Readonly<Record<'busy' | 'failed', CallProgress>> = {
  busy: { status: 'busy', sipStatus: 486, sipReason: 'Busy Here' },
  failed: { status: 'failed', sipStatus: 480, sipReason: 'Temporarily Unavailable' },
};

/** How a dial ended, as its actionHook tells. */
interface DialResult {
  readonly status: string;
  readonly sipStatus: number | undefined;
}

/**
 * Calls the first target. Its statuses come on the A-leg's socket. The actionHook is performed however the dial ends; when
 * other verbs replaced it, what the ack says is ignored (jambonz feature-server 0.9.8).
 */
export async function runDial(run: VerbRun, host: VerbHost): Promise<boolean> {
  const { data } = run.verb;
  if (data['answerOnBridge'] !== true) host.answer();
  const target = firstTarget(data);
  const leg: ChildLeg = { callSid: randomUUID(), to: numberOf(target) };
  host.childStatus(leg, TRYING, {});
  const result = (await ring(run, host, leg)) ?? (await connected(run, host, leg, target));
  host.setChild(undefined);
  const { status, sipStatus } = result;
  const results = { dial_call_status: status, dial_sip_status: sipStatus, dial_call_sid: leg.callSid };
  await host.hook(data['actionHook'], results, run.killed !== 'replaced');
  return true;
}

/** Undefined when the callee answers. */
async function ring(run: VerbRun, host: VerbHost, leg: ChildLeg): Promise<DialResult | undefined> {
  const { callee } = host;
  const patienceMs = Number(run.verb.data['timeout'] ?? PATIENCE_S) * 1000;
  const ringMs = callee.answer === 'no answer' ? patienceMs : Math.min(callee.ringMs, patienceMs);
  await run.sleep(Math.min(SETUP_MS, ringMs));
  if (!run.killed) host.childStatus(leg, RINGING, {});
  await run.sleep(ringMs - SETUP_MS);
  const unanswered = run.killed !== undefined || callee.answer === 'no answer' || callee.ringMs > patienceMs;
  if (!unanswered && callee.answer === 'answer') return undefined;
  const end = unanswered || callee.answer === 'answer' ? CANCELED : REFUSALS[callee.answer];
  host.childStatus(leg, end, {});
  return { status: end.status, sipStatus: end.sipStatus };
}

async function connected(run: VerbRun, host: VerbHost, leg: ChildLeg, target: JsonObject): Promise<DialResult> {
  const { data } = run.verb;
  host.childStatus(leg, IN_PROGRESS, {});
  const confirmHook = target['confirmHook'] ?? data['confirmHook'];
  const verdict = confirmHook === undefined ? 'accepted' : await confirm(run, host, leg, confirmHook);
  if (verdict !== 'accepted') {
    if (verdict !== 'declined') hungUp(host, leg, verdict === 'killed' ? 'jambonz' : 'caller');
    return verdict === 'declined'
      ? { status: IN_PROGRESS.status, sipStatus: IN_PROGRESS.sipStatus }
      : { status: COMPLETED.status, sipStatus: undefined };
  }
  host.answer();
  host.setChild(leg);
  const parties = followParties(run, host, leg);
  await run.sleep(Math.min(host.durations.of(run.verb), host.callee.hangUpAfterMs));
  parties.end();
  if (!parties.childLeft()) hungUp(host, leg, run.killed ? 'jambonz' : 'caller');
  return { status: COMPLETED.status, sipStatus: COMPLETED.sipStatus };
}

function hungUp(host: VerbHost, leg: ChildLeg, by: 'jambonz' | 'caller'): void {
  host.childStatus(leg, COMPLETED, { call_termination_by: by, duration: 0 });
}

function firstTarget(data: JsonObject): JsonObject {
  const [target] = Array.isArray(data['target']) ? data['target'] : [];
  return isJsonObject(target) ? target : {};
}

function numberOf(target: JsonObject): string {
  const name = target['number'] ?? target['sipUri'] ?? target['name'];
  return typeof name === 'string' ? name : 'unknown';
}
