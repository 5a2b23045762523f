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
  if (call_hook !== undefined || child_call_hook !== undefined) {
    if (call_hook !== undefined) target.redirectTo(call_hook, 'parent');
    if (child_call_hook === undefined) return undefined;
    if (!target.child) return 'redirect: child_call_hook without a connected dial';
    target.redirectTo(child_call_hook, 'child');
    return undefined;
  }
  return redirectLegs(parent_call, child_call, target);
}

function redirectLegs(parentCall: unknown, childCall: unknown, target: CommandTarget): string | undefined {
  if (parentCall === undefined && childCall === undefined) return 'redirect: data names no verbs and no hook';
  const parent = parseApplication(parentCall ?? []);
  const child = parseApplication(childCall ?? []);
  if (!parent.ok) return `redirect: parent_call: ${parent.fault}`;
  if (!child.ok) return `redirect: child_call: ${child.fault}`;
  if (parentCall !== undefined) target.replaceVerbs(parent.verbs);
  return childCall === undefined
    ? undefined
    : 'redirect: child_call: a child leg with verbs of its own is not simulated';
}
