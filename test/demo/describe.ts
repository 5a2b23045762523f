import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../simulator/index.ts';
import type { Command, JambonzMessage } from './http-bus.ts';
import type { Sighting } from './sighting.ts';

/** A sighting in words. */
export interface Description {
  readonly from: string;
  readonly to: string;
  /** The type of the message, or the command in it. */
  readonly what: string;
  readonly text: string;
  /** True for what hardly anybody wants to read: steps within a verb, verbs without an id. */
  readonly minor: boolean;
}

/** Puts what was seen into words, one after the other: a late answer is only known by what came before it. */
export type Describe = (sighting: Sighting) => Description;

export function createDescriber(): Describe {
  const released = new Set<unknown>();
  let lateAnswer: unknown;

  const told = (message: JsonObject): string => {
    const { type, msgid, data } = message;
    if (type === 'ack' && data === undefined) {
      released.add(msgid);
      return 'empty: jambonz does not wait for the bus';
    }
    const late = lateAnswer !== undefined && isDeepStrictEqual(data, lateAnswer);
    return late ? `late ack: ${inWords(message)}` : inWords(message);
  };

  const sent = (command: Command): string => {
    if (command.type === 'ack' && released.has(command.msgid)) lateAnswer = command.data;
    return inWords({ ...command });
  };

  return (sighting) => {
    switch (sighting.kind) {
      case 'said':
        return { from: 'jambonz', to: 'gateway', ...heard(sighting.message) };
      case 'told': {
        const { message } = sighting;
        return { from: 'gateway', to: 'jambonz', what: whatOf(message), text: told(message), minor: false };
      }
      case 'event': {
        const { data, sequence, causationid } = sighting.event;
        const { what, text, minor } = heard({ ...data });
        const cause = causationid === undefined ? '' : `, caused by ${nameOf(causationid)}`;
        return { from: 'bus', to: 'ivr', what, text: `#${sequence} ${text}${cause}`, minor };
      }
      case 'command': {
        const { id, command } = sighting;
        const text = `${nameOf(id)} ${sent(command)}`;
        return { from: 'ivr', to: 'bus', what: whatOf({ ...command }), text, minor: false };
      }
      case 'result': {
        const { commandId, status, code, detail, verbId } = sighting.result;
        const text = words(nameOf(commandId), verbId, status, code, detail);
        return { from: 'bus', to: 'ivr', what: 'result', text, minor: false };
      }
    }
  };
}

/** On one line, without columns. */
export function sentence({ from, to, what, text }: Description): string {
  return `${from} → ${to} ${what} ${text}`;
}

/** The last part of a command's id. */
function nameOf(commandId: string): string {
  return `[${commandId.slice(commandId.lastIndexOf('/') + 1)}]`;
}

function words(...parts: readonly unknown[]): string {
  return parts.filter((part) => part !== undefined).join(' ');
}

function whatOf(message: JsonObject): string {
  return String(message['command'] ?? message['type']);
}

/** A message of jambonz. */
function heard(message: JsonObject): Pick<Description, 'what' | 'text' | 'minor'> {
  const { type, hook } = message;
  const data = (message['data'] ?? {}) as JambonzMessage['data'];
  const what = String(type);
  switch (type) {
    case 'session:new':
      return { what, text: `${data['from']} calls ${data['to']}`, minor: false };
    case 'call:status': {
      const { call_sid: ofCall = data['call_sid'] } = message;
      const isOther = data['call_sid'] !== ofCall;
      const text = isOther ? `${data['call_status']}: the other party` : callStatusInWords(data['call_status']);
      return { what, text, minor: data['call_status'] === 'trying' };
    }
    case 'dial:confirm':
      return { what, text: `${hook}: is the called party put through?`, minor: false };
    case 'verb:status': {
      const { event, id, name } = data;
      const minor = id === undefined || (event !== 'starting' && event !== 'finished');
      return { what, text: words(name, id, event), minor };
    }
    case 'verb:hook':
      return { what, text: `${hook}: ${hookInWords(data)}`, minor: false };
    default:
      return { what, text: JSON.stringify(data), minor: false };
  }
}

function callStatusInWords(status: unknown): string {
  if (status === 'in-progress') return 'in-progress: the call is answered';
  return status === 'completed' ? 'completed: the call is over' : String(status);
}

function hookInWords({ speech, reason, ...data }: JambonzMessage['data']): string {
  const { alternatives } = (speech ?? {}) as { readonly alternatives?: readonly { readonly transcript?: string }[] };
  const transcript = alternatives?.[0]?.transcript;
  if (transcript !== undefined) return `the caller says "${transcript}"`;
  const how = reason ?? data['dial_call_status'] ?? data['queue_result'];
  return how === undefined ? 'what now?' : String(how);
}

/** A message to jambonz, or a command on its way there. */
function inWords(message: JsonObject): string {
  const { queueCommand, data } = message;
  if (!Array.isArray(data)) return words(...Object.entries(data ?? {}).flat());
  const verbs = data.map((verb) => verbInWords(verb as JsonObject)).join(', ');
  return queueCommand === true ? `queued: ${verbs}` : verbs;
}

/** A verb in either notation: `{verb: 'say', …}` or `{say: {…}}`. */
function verbInWords(verb: JsonObject): string {
  const [first] = Object.entries(verb);
  const [name, body] = 'verb' in verb ? [verb['verb'], verb] : (first ?? []);
  const { id, text, say, url, waitHook, confirmHook, actionHook, notifyEvents } = body as JsonObject;
  const spoken = text ?? (say as JsonObject | undefined)?.['text'];
  return words(
    name,
    id,
    waitHook ?? confirmHook ?? actionHook,
    url,
    notifyEvents === true ? 'notifyEvents' : undefined,
    spoken === undefined ? undefined : `"${spoken}"`,
  );
}
