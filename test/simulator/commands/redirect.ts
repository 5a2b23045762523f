import { parseApplication } from '../verbs/application.ts';
import { isJsonObject } from '../wire/json.ts';
import type { Command, CommandTarget } from './command.ts';

/**
 * Verbs at once: they replace what runs and waits, or queue behind it. A hook: the server is asked for the verbs
 * (`session:redirect`). An empty list clears all verbs; to a call that waits for commands it means there is nothing left to
 * do, and jambonz ends it.
 */
export function redirect({ data, queueCommand }: Command, target: CommandTarget): string | undefined {
  if (Array.isArray(data)) {
    const application = parseApplication(data);
    if (!application.ok) return `redirect: ${application.fault}`;
    if (queueCommand) target.appendVerbs(application.verbs);
    else target.replaceVerbs(application.verbs);
    return undefined;
  }
  if (!isJsonObject(data)) return 'redirect: data must be an array of verbs or an object';
  const { call_hook, child_call_hook, parent_call, child_call } = data;
  if (call_hook || child_call_hook) {
    if (!target.currentVerb && child_call_hook) return 'redirect: child_call_hook throws while no verb executes';
    target.redirectTo({ call: call_hook, child: child_call_hook });
    return undefined;
  }
  // Here jambonz looks for the child in a variable that only child_call_hook sets, and throws before it gets to the parent.
  if (child_call) return 'redirect: child_call throws, and the verbs in parent_call are lost with it';
  if (!parent_call) return 'redirect: data names no verbs and no hook';
  const application = parseApplication(parent_call);
  if (!application.ok) return `redirect: parent_call: ${application.fault}`;
  target.replaceVerbs(application.verbs);
  return undefined;
}
