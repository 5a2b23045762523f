import { type Attributes, type HeaderPrefix, toHeaders } from '@jambus/schema';
import {
  ACK_EXAMPLE,
  COMMAND_ATTRIBUTES_EXAMPLE,
  COMMAND_EXAMPLES,
  EVENT_ATTRIBUTES_EXAMPLE,
  EVENT_EXAMPLES,
  RESULT_ATTRIBUTES_EXAMPLE,
  RESULT_EXAMPLES,
} from '../examples/index.ts';
import type { NamedSchema } from '../json-schema/json-schema.ts';
import {
  ACK_SCHEMA,
  COMMAND_SCHEMAS,
  EVENT_SCHEMAS,
  OTHER_EVENT_SCHEMA,
  RESULT_SCHEMA,
} from '../json-schema/payload-schemas.ts';
import { pascalCase } from '../json-schema/titled.ts';
import { type Message, type Reference, ref } from './async-api.ts';

/** What differs between the messages of one bus and those of another. */
export interface MessageStyle {
  readonly prefix: HeaderPrefix;
  /** Attributes that events and results have on this bus only, for the examples. */
  readonly added: Attributes;
  /** The trait with what all messages of a channel have in common. */
  readonly trait: (channel: 'Command' | 'Event' | 'Result' | 'DeadLetter') => Reference;
}

const ANY_COMMAND = 'Any of the commands of jambonz, told apart by `command`';

/** Any of the commands. */
export const ANY_COMMAND_SCHEMA: NamedSchema = {
  name: 'Command',
  schema: {
    description: ANY_COMMAND,
    oneOf: COMMAND_SCHEMAS.map(schemaReference),
  },
};

type Messages = Readonly<Record<string, Message>>;

/** What can be sent to a call. */
export function commandMessages({ prefix, trait }: MessageStyle): Messages {
  const headers = toHeaders(COMMAND_ATTRIBUTES_EXAMPLE, prefix);
  return {
    command: {
      name: 'command',
      title: 'A command',
      summary: ANY_COMMAND,
      traits: [trait('Command')],
      payload: { ...schemaReference(ANY_COMMAND_SCHEMA) },
      examples: [
        {
          name: 'say',
          summary: 'Says something after what is being said',
          headers,
          payload: COMMAND_EXAMPLES.redirect,
        },
      ],
    },
    ack: {
      name: 'ack',
      title: 'An answer',
      summary:
        'Answers an event that wants it, by its `msgid`. What comes too late is delivered as a `redirect`, so that nothing ' +
        'is lost',
      traits: [trait('Command')],
      payload: { ...schemaReference(ACK_SCHEMA) },
      examples: [{ name: 'answer', summary: 'Takes a call', headers, payload: ACK_EXAMPLE }],
    },
  };
}

/** What a call has to say, one message for each type. */
export function eventMessages({ prefix, added, trait }: MessageStyle): Messages {
  const example = {
    name: 'finished',
    summary: 'What a command said has been said',
    headers: toHeaders({ ...EVENT_ATTRIBUTES_EXAMPLE, ...added }, prefix),
    payload: EVENT_EXAMPLES['verb:status'],
  };
  const known = EVENT_SCHEMAS.map((event): readonly [string, Message] => {
    const message = {
      name: event.type,
      title: event.type,
      summary: `${event.schema['description']}.${event.wantsAck ? ' Answer it with an `ack`.' : ''}`,
      traits: [trait('Event')],
      payload: { ...schemaReference(event) },
      'x-cloudevents-type': event.cloudEventsType,
    };
    return [memberName(event.type), event.type === 'verb:status' ? { ...message, examples: [example] } : message];
  });
  const other: Message = {
    name: 'other',
    title: 'Anything else',
    summary: `${OTHER_EVENT_SCHEMA.schema['description']}.`,
    traits: [trait('Event')],
    payload: { ...schemaReference(OTHER_EVENT_SCHEMA) },
  };
  return { ...Object.fromEntries(known), other };
}

/** What became of a command. */
export function resultMessages({ prefix, added, trait }: MessageStyle): Messages {
  const [delivered] = RESULT_EXAMPLES;
  const headers = toHeaders({ ...RESULT_ATTRIBUTES_EXAMPLE, ...added }, prefix);
  return {
    result: {
      name: 'result',
      title: 'A result',
      summary:
        'Every command gets exactly one that is `delivered` or `rejected`. Where its verbs have an `id`, `started`, ' +
        '`finished` or `failed` follow',
      traits: [trait('Result')],
      payload: { ...schemaReference(RESULT_SCHEMA) },
      examples: [{ name: 'delivered', summary: 'It is on the websocket of the call', headers, payload: delivered }],
    },
  };
}

/** What could not be processed. */
export function deadLetterMessages({ trait }: MessageStyle): Messages {
  return {
    deadLetter: {
      name: 'deadLetter',
      title: 'A dead letter',
      summary: 'A record of the commands channel that is no command, as it came, with its own headers and these',
      traits: [trait('DeadLetter')],
      payload: { description: 'The bytes as they came' },
    },
  };
}

/** `verb:status` → `verbStatus`. */
function memberName(type: string): string {
  const name = pascalCase(type);
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

function schemaReference({ name }: NamedSchema): Reference {
  return ref('components', 'schemas', name);
}
