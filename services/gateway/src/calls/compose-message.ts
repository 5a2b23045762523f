import type { Answers } from './answers.ts';
import type { LinkedCommand } from './inbound-command.ts';
import { redirectMessage, redirectVerbs } from './wire.ts';

/** What is written to the websocket for a command. */
export interface ComposedMessage {
  /** Undefined when nothing has to be written. */
  readonly message: Uint8Array | undefined;
  /** The msgid of the question of jambonz that the message answers. */
  readonly answers: string | undefined;
}

/** The message for a command, as the open questions of its call stand now. */
export function composeMessage({ frame, payload }: LinkedCommand, answers: Answers): ComposedMessage {
  if (frame.msgid !== undefined) {
    const verbs = payload.length === 0 ? undefined : payload;
    const message = answers.compose(frame.msgid, verbs);
    if (message !== undefined) return { message, answers: frame.msgid };
    // jambonz only logs an answer that comes late; what it wanted to say goes as a command instead.
    return { message: verbs === undefined ? undefined : redirectMessage(verbs), answers: undefined };
  }
  if (frame.name === 'redirect' && answers.initial !== undefined) {
    const verbs = redirectVerbs(payload);
    const message = verbs === undefined ? undefined : answers.compose(answers.initial, verbs);
    if (message !== undefined) return { message, answers: answers.initial };
  }
  return { message: payload, answers: undefined };
}
