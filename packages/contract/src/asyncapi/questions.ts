import {
  GatewayConfig,
  HOOK_KINDS,
  type HookKind,
  JAMBONZ_MESSAGES,
  type JambonzMessage,
  QUESTION_RULES,
  type QuestionKind,
  questionKind,
  wantsAck,
} from '@jambus/schema';

/** What jambus does about one kind of message of jambonz, unless `JAMBUS_HOOK_POLICY` says otherwise. */
export interface Question {
  /** The type of the message. */
  readonly message: string;
  /** The property of a verb or command that names the hook; left out for what holds of the message whatever its hook. */
  readonly hook?: HookKind;
  readonly meaning: string;
  /** How long an `ack` from the bus is awaited, ms, unless the setting says otherwise; left out: it is not. */
  readonly awaitedMs?: number;
  readonly setting?: string;
  /** What jambonz hears without one; left out: it does not wait for anything. */
  readonly without?: string;
  /** What becomes of the verbs of an `ack` that comes later. */
  readonly late?: 'redirect' | 'refuse';
}

/** Every type of message that jambonz sends. */
export const QUESTIONS_BY_MESSAGE: readonly Question[] = Object.entries(JAMBONZ_MESSAGES).map(
  ([message, { description }]) => ({ message, meaning: description ?? '', ...answerTo(message, undefined) }),
);

/** Every kind of hook that a verb or command may name. */
export const QUESTIONS_BY_HOOK: readonly Question[] = Object.entries(HOOK_KINDS).map(
  ([hook, { message, description }]) => ({
    message,
    hook: hook as HookKind,
    meaning: description,
    ...answerTo(message, hook as HookKind),
  }),
);

function answerTo(type: string, hook: HookKind | undefined): Omit<Question, 'message' | 'meaning'> {
  const message: JambonzMessage = { type, msgid: 'any', call_sid: undefined, data: {} };
  if (!wantsAck(message)) return {};
  const kind = questionKind(message, hook);
  const { awaits, without, late } = QUESTION_RULES[kind];
  return { ...(awaits ? deadlineOf(kind) : {}), without, late };
}

function deadlineOf(kind: QuestionKind): Pick<Question, 'awaitedMs' | 'setting'> {
  const { applicationDeadlineMs, hookDeadlineMs } = GatewayConfig.properties;
  return kind === 'application'
    ? { awaitedMs: Number(applicationDeadlineMs.default), setting: 'JAMBUS_APPLICATION_DEADLINE_MS' }
    : { awaitedMs: Number(hookDeadlineMs.default), setting: 'JAMBUS_HOOK_DEADLINE_MS' };
}
