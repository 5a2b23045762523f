import { randomUUID } from 'node:crypto';
import { type CallProgress, IN_PROGRESS, TRYING } from '../wire/call-facts.ts';
import { isJsonObject, type JsonObject } from '../wire/json.ts';
import type { ChildLeg, VerbHost } from './host.ts';
import type { VerbRun } from './verb-run.ts';

/** How long the far end rings, simulated ms. */
const RING_MS = 1000;
const COMPLETED: CallProgress = { ...IN_PROGRESS, status: 'completed' };
const CANCELED: CallProgress = { status: 'no-answer', sipStatus: 487, sipReason: 'Request Terminated' };

/**
 * Calls the first target, which answers after a second and hangs up when the verb's time is over. Its statuses come on the
 * A-leg's socket. The actionHook is performed however the dial ends; when other verbs replaced it, what the ack says is
 * ignored (jambonz feature-server 0.9.8).
 */
export async function runDial(run: VerbRun, host: VerbHost): Promise<boolean> {
  const { answerOnBridge, confirmHook, actionHook } = run.verb.data;
  if (answerOnBridge !== true) host.answer();
  const leg: ChildLeg = { callSid: randomUUID(), to: targetOf(run.verb.data) };
  host.childStatus(leg, TRYING, {});
  await run.sleep(RING_MS);
  const end = run.killed ? CANCELED : COMPLETED;
  if (end === COMPLETED) await talk(run, host, leg, confirmHook);
  host.childStatus(
    leg,
    end,
    end === COMPLETED ? { call_termination_by: run.killed ? 'jambonz' : 'caller', duration: 0 } : {},
  );
  host.setChild(undefined);
  const results = { dial_call_status: end.status, dial_sip_status: end.sipStatus, dial_call_sid: leg.callSid };
  await host.hook(actionHook, results, run.killed !== 'replaced');
  return true;
}

async function talk(run: VerbRun, host: VerbHost, leg: ChildLeg, confirmHook: unknown): Promise<void> {
  if (confirmHook !== undefined) await host.confirm(confirmHook, leg);
  if (run.killed) return;
  host.answer();
  host.setChild(leg);
  host.childStatus(leg, IN_PROGRESS, {});
  await run.sleep(host.durations.of(run.verb));
}

function targetOf(data: JsonObject): string {
  const [target] = Array.isArray(data['target']) ? data['target'] : [];
  if (!isJsonObject(target)) return 'unknown';
  const name = target['number'] ?? target['sipUri'] ?? target['name'];
  return typeof name === 'string' ? name : 'unknown';
}
