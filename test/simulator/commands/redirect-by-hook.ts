import type { CallSession } from '../session/call-session.ts';
import type { Answer } from '../sockets/requests.ts';
import { type Application, parseApplication } from '../verbs/application.ts';
import { hookPath } from '../wire/hook-path.ts';
import type { JsonObject } from '../wire/json.ts';
import type { RedirectHooks } from './command.ts';

const NOT_ASKED: Answer = { ok: true, data: undefined };

/**
 * Asks the server for verbs for the call, for the leg it dialled, or for both (`session:redirect`). Nothing happens before all
 * acks are in, nor when one of them is missing or unusable. A child that gets verbs becomes a call of its own. Without verbs
 * for the call itself its current verb is ended and those behind it go on: whoever only takes the child away ends the dial.
 */
export async function redirectByHook(session: CallSession, { call, child }: RedirectHooks): Promise<void> {
  const { port, reporter } = session;
  const leg = child === undefined ? undefined : session.child;
  if (child !== undefined && !leg) port.ignored('redirect: child_call_hook without a connected dial');
  const [parentAnswer, childAnswer] = await Promise.all([
    call === undefined ? NOT_ASKED : ask(session, call, reporter.info()),
    leg === undefined ? NOT_ASKED : ask(session, child, reporter.childInfo(leg)),
  ]);
  if (session.over) return;
  for (const answer of [parentAnswer, childAnswer]) {
    if (!answer.ok) return port.ignored(`redirect: ${answer.fault}`);
  }
  const parentVerbs = verbsIn(parentAnswer);
  const childVerbs = verbsIn(childAnswer);
  for (const verbs of [parentVerbs, childVerbs]) {
    if (verbs && !verbs.ok) return port.ignored(`ack to session:redirect: ${verbs.fault}`);
  }
  if (leg && childVerbs?.ok) {
    if (session.child !== leg) return port.ignored('redirect: the child was gone when its verbs came');
    if (!(await session.host.adult(leg, childVerbs.verbs)))
      return port.ignored('redirect: session:adulting was not acked');
  }
  if (parentVerbs?.ok) session.engine.replace(parentVerbs.verbs);
  else session.engine.skip();
}

function ask(session: CallSession, hook: unknown, data: JsonObject): Promise<Answer> {
  return session.port.say({ type: 'session:redirect', hook: hookPath(hook), data });
}

/** Undefined for an ack without data; jambonz takes anything else for verbs. */
function verbsIn(answer: Answer): Application | undefined {
  return answer.ok && answer.data ? parseApplication(answer.data) : undefined;
}
