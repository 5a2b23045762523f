import { isNotification, type JambonzMessage, wantsAck } from '@jambus/schema';
import type { Deadline, DeadlineQueue } from '../deadline-queue.ts';
import { ackMessage, withNotifyEvents } from './wire.ts';

/** `immediate`: release jambonz at once; `await`: wait for an answer from the bus until the hook deadline. */
export type HookMode = 'immediate' | 'await';

export interface AnswerSettings {
  /** Verbs (JSON array) for a call that nobody answered in time. */
  readonly fallback: Buffer;
  /** Put a `config` that turns `verb:status` on in front of every initial application. */
  readonly notifyEvents: boolean;
  readonly hookMode: (hook: string | undefined) => HookMode;
  readonly applicationDeadlines: DeadlineQueue;
  readonly hookDeadlines: DeadlineQueue;
}

/** The questions of jambonz that are open on one call. jambonz waits 5 s for an answer and logs a later one only. */
export interface Answers {
  /** Takes up a message; answers it now, or keeps it open until the bus or a deadline answers it. */
  ask(message: JambonzMessage, firstOnSocket: boolean): void;
  /** The msgid that still wants the call's initial application. */
  readonly initial: string | undefined;
  /** The wire message that answers the open question `msgid` with `verbs`; undefined when no such question is open. */
  compose(msgid: string, verbs: Uint8Array | undefined): Buffer | undefined;
  /** Notes that the question was answered. */
  close(msgid: string): void;
  /** Answers everything open without waiting longer: the fallback for the application, nothing for hooks. */
  release(): void;
  /** Drops every open question: jambonz forgets them when their socket goes. */
  abandon(): void;
}

/**
 * @param send writes to the call's websocket; what it cannot write is lost with the socket, and so is the question
 * @param onApplication told when the call has been given its initial application
 */
export function createAnswers(
  settings: AnswerSettings,
  send: (message: Buffer) => void,
  onApplication: () => void,
): Answers {
  let initial: { readonly msgid: string; readonly deadline: Deadline } | undefined;
  let hooks: Map<string, Deadline> | undefined;

  const application = (verbs: Uint8Array): Uint8Array => (settings.notifyEvents ? withNotifyEvents(verbs) : verbs);

  const answers: Answers = {
    ask(message, firstOnSocket) {
      const { msgid } = message;
      if (msgid === undefined || !wantsAck(message)) return;
      if (message.type === 'session:reconnect') {
        // Ignored while the call is live, and saves it when the drop came before its application was taken.
        send(ackMessage(msgid, application(settings.fallback)));
        onApplication();
        return;
      }
      if (firstOnSocket) {
        const deadline = settings.applicationDeadlines.add(() => answers.release());
        initial = { msgid, deadline };
        return;
      }
      if (isNotification(message) || settings.hookMode(message.hook) === 'immediate') {
        send(ackMessage(msgid, undefined));
        return;
      }
      hooks ??= new Map();
      const expire = (): void => {
        hooks?.delete(msgid);
        send(ackMessage(msgid, undefined));
      };
      hooks.set(msgid, settings.hookDeadlines.add(expire));
    },
    get initial() {
      return initial?.msgid;
    },
    compose(msgid, verbs) {
      // An application without verbs makes jambonz reject the call, so the fallback stands in.
      if (msgid === initial?.msgid) return ackMessage(msgid, application(verbs ?? settings.fallback));
      return hooks?.has(msgid) === true ? ackMessage(msgid, verbs) : undefined;
    },
    close(msgid) {
      if (msgid === initial?.msgid) {
        initial.deadline.cancel();
        initial = undefined;
        onApplication();
      }
      hooks?.get(msgid)?.cancel();
      hooks?.delete(msgid);
    },
    release() {
      for (const msgid of [...(initial === undefined ? [] : [initial.msgid]), ...(hooks?.keys() ?? [])]) {
        const message = answers.compose(msgid, undefined);
        answers.close(msgid);
        if (message !== undefined) send(message);
      }
    },
    abandon() {
      initial?.deadline.cancel();
      initial = undefined;
      for (const deadline of hooks?.values() ?? []) deadline.cancel();
      hooks = undefined;
    },
  };
  return answers;
}
