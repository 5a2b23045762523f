import { rejected, type Verdict } from '@jambus/link';
import { QUESTION_RULES } from '@jambus/schema';
import { type Answers, isEmptyList } from './answers.ts';
import type { CallSocket } from './call-socket.ts';
import type { InboundCommand } from './inbound-command.ts';
import { redirectMessage, redirectVerbs } from './wire.ts';

/** What is done for a command. */
export type Composed =
  | {
      readonly kind: 'write';
      readonly message: Uint8Array;
      /** The msgid of the question of jambonz that the message answers. */
      readonly answers: string | undefined;
      /** The websocket that has to have it; undefined: that of commands. */
      readonly socket: CallSocket | undefined;
    }
  /** Nothing has to be written. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refuse'; readonly verdict: Verdict };

const NOTHING: Composed = { kind: 'nothing' };

/** The message for a command, as the open questions of its call stand now. */
export function composeMessage(command: Pick<InboundCommand, 'frame' | 'payload'>, answers: Answers): Composed {
  const { frame, payload } = command;
  if (frame.msgid !== undefined) return composeAnswer(frame.msgid, payload, answers);
  if (frame.name === 'redirect' && answers.initial !== undefined) {
    const verbs = redirectVerbs(payload);
    const composed = verbs === undefined ? undefined : answers.compose(answers.initial, verbs);
    if (composed !== undefined) return { kind: 'write', answers: answers.initial, ...composed };
  }
  return { kind: 'write', message: payload, answers: undefined, socket: undefined };
}

function composeAnswer(msgid: string, payload: Buffer, answers: Answers): Composed {
  const verbs = payload.length === 0 ? undefined : payload;
  const composed = answers.compose(msgid, verbs);
  if (composed !== undefined) return { kind: 'write', answers: msgid, ...composed };
  const kind = answers.past(msgid)?.kind;
  if (kind !== undefined && QUESTION_RULES[kind].late === 'refuse') {
    return { kind: 'refuse', verdict: tooLate(msgid, kind) };
  }
  // jambonz only logs an answer that comes late; what it wanted to say goes as a command instead.
  if (verbs === undefined || isEmptyList(verbs)) return NOTHING;
  return { kind: 'write', message: redirectMessage(verbs), answers: undefined, socket: undefined };
}

function tooLate(msgid: string, kind: string): Verdict {
  const detail = `the answer to ${msgid} (${kind}) came after it had been given one: jambonz takes no second, and a redirect would do harm`;
  return rejected('expired', detail, Date.now());
}
