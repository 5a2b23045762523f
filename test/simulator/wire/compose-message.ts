import type { Outgoing } from '../sockets/requests.ts';
import { type CallFacts, isTraced, traceHeader } from './call-facts.ts';

/**
 * Gives what jambonz says its envelope: `{type, msgid, call_sid?, hook?, data, b3?}`, as text.
 *
 * @param callSid of the envelope: only the socket that brought `session:new` knows it.
 */
export function composeMessage(
  facts: CallFacts,
  callSid: string | undefined,
  msgid: string,
  { type, hook, data }: Outgoing,
): string {
  // Without a tracing backend jambonz puts the header of an empty trace on hooks, and none on the rest.
  const b3 = isTraced(facts) || type === 'verb:hook' ? traceHeader(facts) : undefined;
  return JSON.stringify({ type, msgid, call_sid: callSid, hook, data, b3 });
}
