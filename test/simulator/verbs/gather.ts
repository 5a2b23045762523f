import type { Reply } from '../script/caller.ts';
import type { JsonObject } from '../wire/json.ts';
import type { VerbHost } from './host.ts';
import type { VerbRun } from './verb-run.ts';

/** How long a caller takes to react to a prompt when the script does not say, ms. */
const REACTION_MS = 500;

/**
 * Listens to the caller, then performs the actionHook. Once that is asked, a redirect does not cut the wait for its ack short,
 * and verbs in the ack win over the redirect: jambonz feature-server 0.9.8 finishes the gather first.
 */
export async function runGather(run: VerbRun, host: VerbHost): Promise<boolean> {
  const { verb } = run;
  const reply = host.replyOfCaller(verb);
  const promptMs = host.durations.promptOf(verb);
  await run.sleep(reply ? (reply.delayMs ?? promptMs + REACTION_MS) : promptMs + host.durations.timeoutOf(verb));
  if (run.killed) return true;
  await host.hook(verb.data['actionHook'], results(reply, verb.id), true);
  return true;
}

function results(reply: Reply | undefined, id: string | undefined): JsonObject {
  const verbId = id === undefined ? {} : { verb_id: id };
  if (!reply) return { reason: 'timeout', ...verbId };
  if (reply.digits !== undefined) return { digits: reply.digits, reason: 'dtmfDetected', ...verbId };
  return {
    reason: 'speechDetected',
    speech: {
      language_code: 'en-US',
      channel_tag: 1,
      is_final: true,
      alternatives: [{ confidence: 0.97, transcript: reply.speech }],
    },
    ...verbId,
  };
}
