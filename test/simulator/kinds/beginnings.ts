import type { CallSession, SessionEnd } from '../session/call-session.ts';
import type { Answer, Outgoing } from '../sockets/requests.ts';
import { parseApplication, type Verb } from '../verbs/application.ts';
import { type CallFacts, callInfo, IN_PROGRESS } from '../wire/call-facts.ts';
import { sessionData } from '../wire/session-data.ts';
import type { CallKind } from './call-kind.ts';
import { runSms } from './sms.ts';

/** What a call needs to begin. */
export interface BeginningPort {
  readonly facts: CallFacts;
  say(outgoing: Outgoing): Promise<Answer>;
  /** The call becomes a session: from here on it takes commands. */
  session(): CallSession;
  /** The call has its application. */
  setUp(): void;
  ignored(reason: string): void;
  /** Resolves when the far end hangs up a call that has no session. */
  readonly leaving: Promise<void>;
}

/** How a call went. `refusal`: it never became one, and why. */
export type CallEnd =
  | ({ readonly kind: 'over' } & SessionEnd)
  | { readonly kind: 'refusal'; readonly reason: 'rejected' | 'lost'; readonly detail: string };

const REST_DIAL: Verb = { name: 'rest:dial', id: undefined, data: {} };

/** Takes a call from its first message to its end. */
export async function runCall(kind: CallKind, port: BeginningPort): Promise<CallEnd> {
  switch (kind.kind) {
    case 'inbound':
      return runInbound(port);
    case 'outbound':
      return over(await port.session().run([REST_DIAL]));
    case 'resumed':
      return runGiven(kind.verbs, port);
    case 'adulting':
      return runAdulting(kind, port);
    case 'sms':
      return over(await runSms(kind.text, port));
  }
}

async function runInbound(port: BeginningPort): Promise<CallEnd> {
  const answer = await port.say({ type: 'session:new', data: sessionData(port.facts) });
  return answer.ok ? runGiven(answer.data, port) : rejected(answer.fault);
}

async function runGiven(data: unknown, port: BeginningPort): Promise<CallEnd> {
  const application = parseApplication(data);
  if (!application.ok) return rejected(application.fault);
  if (application.verbs.length === 0) return rejected('no application provided');
  port.setUp();
  return over(await port.session().run(application.verbs));
}

/** Whatever the ack to `session:adulting` says, the leg executes the verbs it grew up with. */
async function runAdulting({ verbs, parent }: CallKind & { kind: 'adulting' }, port: BeginningPort): Promise<CallEnd> {
  const data = { ...callInfo(port.facts, IN_PROGRESS), parent_call_info: parent };
  const answer = await port.say({ type: 'session:adulting', data });
  if (!answer.ok) return { kind: 'refusal', reason: 'lost', detail: answer.fault };
  if (Array.isArray(answer.data) && answer.data.length > 0) {
    port.ignored('the verbs in the ack to session:adulting: jambonz throws them away');
  }
  port.setUp();
  const session = port.session();
  session.state.answered = true;
  return over(await session.run(verbs));
}

function over(end: SessionEnd): CallEnd {
  return { kind: 'over', ...end };
}

function rejected(detail: string): CallEnd {
  return { kind: 'refusal', reason: 'rejected', detail };
}
