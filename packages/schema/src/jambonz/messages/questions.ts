import type { HookKind } from '../verbs/hooks.ts';
import { isNotification } from './facts.ts';
import type { JambonzMessage } from './message.ts';

/** What jambonz wants to know, by what an answer means over there. */
export type QuestionKind =
  /** `session:new`: the initial application. */
  | 'application'
  /** `session:reconnect`: ignored while the call is live, the initial application if the drop came before its ack. */
  | 'reconnect'
  /** The `actionHook` of a verb: what comes next. */
  | 'action'
  /** The `waitHook` of a queue or conference: what is played to a party that waits. */
  | 'wait'
  /** `enterHook`, `onHoldHook`: what is played once. */
  | 'prompt'
  /** `dial:confirm`: whether the called party is put through. */
  | 'confirm'
  /** `session:redirect`: the application that takes the place of the running one. */
  | 'redirect'
  /** `session:redirect` for a `child_call_hook`: the application of the child leg. */
  | 'child'
  /** `session:adulting`: the data of its ack is thrown away. */
  | 'adulting'
  /** It tells something, and needs no answer. */
  | 'notice';

export interface QuestionRule {
  /** Whether the bus is waited for, unless the setting for the hook says otherwise. */
  readonly awaits: boolean;
  /** The verbs that answer when the bus does not, a JSON array; undefined: none. */
  readonly unanswered: Buffer | undefined;
  /** What comes of that, for people. */
  readonly without: string;
  /**
   * What becomes of verbs that come later. As a `redirect` they would throw the caller out of a queue, kill a dial, or run on
   * another leg: where that is so they are refused.
   */
  readonly late: 'redirect' | 'refuse';
}

/** jambonz asks a `waitHook` again when its verbs have ended; after an empty ack it does not (lib/tasks/enqueue.js of 0.9.8). */
const ASK_AGAIN = Buffer.from('[{"verb":"pause","length":5}]');
/** An empty ack to `dial:confirm` puts both parties through unasked; the called leg that hangs up does not. */
const DECLINE = Buffer.from('[{"verb":"hangup"}]');

/** Feature-server 0.9.8, each tried on its code. */
export const QUESTION_RULES: Readonly<Record<QuestionKind, QuestionRule>> = {
  application: {
    awaits: true,
    unanswered: undefined,
    without: 'The fallback application, `JAMBUS_FALLBACK_APPLICATION`',
    late: 'redirect',
  },
  reconnect: {
    awaits: false,
    unanswered: undefined,
    without: 'The fallback application, at once: jambonz ignores it while the call is live',
    late: 'redirect',
  },
  action: {
    awaits: true,
    unanswered: undefined,
    without: 'An empty ack: the verbs behind it run',
    late: 'redirect',
  },
  wait: {
    awaits: true,
    unanswered: ASK_AGAIN,
    without: 'A pause of 5 s, after which jambonz asks again',
    late: 'refuse',
  },
  prompt: { awaits: true, unanswered: undefined, without: 'An empty ack: nothing is played', late: 'refuse' },
  confirm: {
    awaits: true,
    unanswered: DECLINE,
    without: '`hangup`: the called party is declined, since an empty ack accepts',
    late: 'refuse',
  },
  redirect: {
    awaits: true,
    unanswered: undefined,
    without: 'An empty ack: the running verb ends, and what stands behind it goes on',
    late: 'redirect',
  },
  child: { awaits: true, unanswered: undefined, without: 'An empty ack: the leg is dropped', late: 'refuse' },
  adulting: {
    awaits: false,
    unanswered: undefined,
    without: 'An empty ack, since jambonz throws its verbs away, and then `config` with `notifyEvents`',
    late: 'redirect',
  },
  notice: { awaits: false, unanswered: undefined, without: 'An empty ack, at once', late: 'redirect' },
};

const BY_TYPE: Readonly<Partial<Record<string, QuestionKind>>> = {
  'session:new': 'application',
  'session:reconnect': 'reconnect',
  'session:adulting': 'adulting',
  'dial:confirm': 'confirm',
};

const BY_HOOK: Readonly<Partial<Record<HookKind, QuestionKind>>> = {
  actionHook: 'action',
  waitHook: 'wait',
  enterHook: 'prompt',
  onHoldHook: 'prompt',
  other: 'action',
};

/** @param hookKind how a verb of the call has named the hook of the message; undefined when none that is known here has */
export function questionKind(message: JambonzMessage, hookKind: HookKind | undefined): QuestionKind {
  const { type } = message;
  const byType = BY_TYPE[type];
  if (byType !== undefined) return byType;
  if (type === 'session:redirect') return hookKind === 'childCallHook' ? 'child' : 'redirect';
  if (type !== 'verb:hook' || isNotification(message)) return 'notice';
  return hookKind === undefined ? 'action' : (BY_HOOK[hookKind] ?? 'notice');
}
