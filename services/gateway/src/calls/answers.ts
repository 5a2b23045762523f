import { type HookMode, type JambonzMessage, QUESTION_RULES, type QuestionKind, wantsAck } from '@jambus/schema';
import type { Deadline, DeadlineQueue } from '../deadline-queue.ts';
import type { CallSocket } from './call-socket.ts';
import { ackMessage, withNotifyEvents } from './wire.ts';

export interface AnswerSettings {
  /** Verbs (JSON array) for a call that nobody answered in time. */
  readonly fallback: Buffer;
  /** Put a `config` that turns `verb:status` on in front of every initial application. */
  readonly notifyEvents: boolean;
  readonly hookMode: (hook: string) => HookMode;
  readonly applicationDeadlines: DeadlineQueue;
  readonly hookDeadlines: DeadlineQueue;
}

/** A message that answers an open question, and the websocket that it goes to. */
export interface ComposedAnswer {
  readonly message: Buffer;
  readonly socket: CallSocket;
}

/** A question that is not open any more. */
export interface PastQuestion {
  readonly kind: QuestionKind;
}

/** The questions of jambonz that are open on one call. jambonz waits 5 s for an answer and logs a later one only. */
export interface Answers {
  /** Takes up a message; answers it now, or keeps it open until the bus or a deadline answers it. */
  ask(message: JambonzMessage, kind: QuestionKind, socket: CallSocket): void;
  /** The msgid that still wants the call's initial application. */
  readonly initial: string | undefined;
  /** The wire message that answers the open question `msgid` with `verbs`; undefined when no such question is open. */
  compose(msgid: string, verbs: Uint8Array | undefined): ComposedAnswer | undefined;
  /** What is known of a question that has had its answer, or whose websocket has gone; undefined for one never heard. */
  past(msgid: string): PastQuestion | undefined;
  /** Notes that the question was answered. */
  close(msgid: string): void;
  /** Answers everything open without waiting longer. */
  release(): void;
  /** Drops every open question of the websocket: jambonz forgets them with it. */
  abandon(socket: CallSocket): void;
  /** Questions that are or were open, `[msgid, kind]`, for the next gateway: an answer comes there late. */
  list(): [string, QuestionKind][];
  /** Takes over what another gateway knew. */
  restore(questions: readonly (readonly [string, QuestionKind])[]): void;
}

interface Question {
  readonly kind: QuestionKind;
  readonly socket: CallSocket;
  readonly deadline: Deadline;
}

/** jambonz asks one thing after the other. What is asked beyond this is answered at once, as if nobody had answered in time. */
const MOST_OPEN = 64;
/** Late answers come within seconds, so few questions need to be known by then. */
const MOST_PAST = 32;

/**
 * @param onApplication told when the call has been given its initial application
 */
export function createAnswers(settings: AnswerSettings, onApplication: () => void): Answers {
  let initial: string | undefined;
  // Built on first use: most calls have no question open.
  let open: Map<string, Question> | undefined;
  let past: Map<string, PastQuestion> | undefined;

  const application = (verbs: Uint8Array): Uint8Array => (settings.notifyEvents ? withNotifyEvents(verbs) : verbs);

  const remember = (msgid: string, kind: QuestionKind): void => {
    past ??= new Map();
    past.set(msgid, { kind });
    if (past.size > MOST_PAST) past.delete(past.keys().next().value as string);
  };

  const send = (socket: CallSocket, message: Buffer): void => {
    // When the socket is gone there is nobody to answer any more.
    if (socket.isOpen) socket.send(message, () => {});
  };

  const take = (msgid: string): Question | undefined => {
    const question = open?.get(msgid);
    if (question === undefined) return undefined;
    question.deadline.cancel();
    open?.delete(msgid);
    if (msgid === initial) initial = undefined;
    remember(msgid, question.kind);
    return question;
  };

  const answerUnasked = (msgid: string): void => {
    const question = take(msgid);
    if (question === undefined) return;
    const { kind, socket } = question;
    const verbs = kind === 'application' ? application(settings.fallback) : QUESTION_RULES[kind].unanswered;
    send(socket, ackMessage(msgid, verbs));
    if (kind === 'application') onApplication();
  };

  return {
    ask(message, kind, socket) {
      const { msgid } = message;
      if (msgid === undefined || !wantsAck(message)) return;
      if (kind === 'reconnect') {
        // Ignored while the call is live, and saves it when the drop came before its application was taken.
        send(socket, ackMessage(msgid, application(settings.fallback)));
        onApplication();
      } else if (awaits(kind, message.hook ?? '', settings)) {
        const deadlines = kind === 'application' ? settings.applicationDeadlines : settings.hookDeadlines;
        open ??= new Map();
        // An id that comes again is asked again: it has one deadline, however often that is.
        open.get(msgid)?.deadline.cancel();
        open.set(msgid, { kind, socket, deadline: deadlines.add(() => answerUnasked(msgid)) });
        if (kind === 'application') initial = msgid;
        if (open.size > MOST_OPEN) answerUnasked(msgid);
      } else {
        remember(msgid, kind);
        send(socket, ackMessage(msgid, undefined));
      }
    },
    get initial() {
      return initial;
    },
    compose(msgid, verbs) {
      const question = open?.get(msgid);
      if (question === undefined) return undefined;
      const { kind, socket } = question;
      if (kind !== 'application') return { message: ackMessage(msgid, verbs), socket };
      // An application without verbs makes jambonz reject the call, so the fallback stands in.
      const given = verbs === undefined || isEmptyList(verbs) ? settings.fallback : verbs;
      return { message: ackMessage(msgid, application(given)), socket };
    },
    past: (msgid) => past?.get(msgid),
    close(msgid) {
      if (take(msgid)?.kind === 'application') onApplication();
    },
    release() {
      for (const msgid of [...(open?.keys() ?? [])]) answerUnasked(msgid);
    },
    abandon(socket) {
      for (const [msgid, question] of [...(open ?? [])]) if (question.socket === socket) take(msgid);
    },
    list: () => [
      ...[...(past ?? [])].map(([msgid, { kind }]): [string, QuestionKind] => [msgid, kind]),
      ...[...(open ?? [])].map(([msgid, { kind }]): [string, QuestionKind] => [msgid, kind]),
    ],
    restore(questions) {
      for (const [msgid, kind] of questions) if (open?.has(msgid) !== true) remember(msgid, kind);
    },
  };
}

function awaits(kind: QuestionKind, hook: string, { hookMode }: AnswerSettings): boolean {
  if (kind === 'application') return true;
  // What needs no answer, or throws it away, gets none whatever the setting says.
  if (kind === 'adulting') return false;
  const mode = hookMode(hook);
  return mode === 'by-kind' ? QUESTION_RULES[kind].awaits : mode === 'await' && kind !== 'notice';
}

/** The JSON text of an array without elements, as a service may have written it. */
export function isEmptyList(verbs: Uint8Array): boolean {
  return verbs.length <= 16 && /^\s*\[\s*\]\s*$/.test(Buffer.from(verbs).toString('utf8'));
}
