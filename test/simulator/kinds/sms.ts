import type { SessionEnd } from '../session/call-session.ts';
import { parseApplication } from '../verbs/application.ts';
import { preconditionOf } from '../verbs/preconditions.ts';
import { hookPath } from '../wire/hook-path.ts';
import { smsData } from '../wire/session-data.ts';
import type { BeginningPort } from './beginnings.ts';

/**
 * A text message: asks for verbs, of which only those count that need no call. jambonz then keeps the socket and waits for
 * commands that cannot come, so it is up to the server to close it with 1000.
 */
export async function runSms(text: string, port: BeginningPort): Promise<SessionEnd> {
  const data = smsData(port.facts, text);
  const answer = await port.say({ type: 'session:new', data });
  if (!answer.ok) port.ignored(`the message stays without consequences: ${answer.fault}`);
  else if (answer.data) await execute(answer.data, port);
  await port.leaving;
  return { sipStatus: 200, detail: 'the message was taken' };
}

async function execute(verbs: unknown, port: BeginningPort): Promise<void> {
  const application = parseApplication(verbs);
  if (!application.ok) return port.ignored(`the message stays without consequences: ${application.fault}`);
  port.setUp();
  for (const verb of application.verbs) {
    if (preconditionOf(verb) !== 'none') {
      port.ignored(`${verb.name}: needs a call, and a message has none`);
      continue;
    }
    const hook = hookPath(verb.data['actionHook']);
    if (hook !== undefined) await port.say({ type: 'verb:hook', hook, data: smsData(port.facts, '') });
  }
}
