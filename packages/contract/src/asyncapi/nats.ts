import { natsNames, subjectOf, subjectsOf } from '@jambus/bus/nats-subjects';
import { type Channel as BusChannel, type BusNames, NATS_MESSAGE_ID } from '@jambus/schema';
import { ATTRIBUTE_SCHEMAS, headersSchema, REQUEST_ERROR_SCHEMA } from '../json-schema/attribute-schemas.ts';
import type { NamedSchema } from '../json-schema/json-schema.ts';
import { type Channel, type MessageTrait, type Operation, ref } from './async-api.ts';
import { commandMessages, deadLetterMessages, eventMessages, type MessageStyle, resultMessages } from './messages.ts';
import { COMMANDS, DEAD_LETTERS, EVENTS, RESULTS } from './wording.ts';

const STYLE: MessageStyle = {
  prefix: 'ce-',
  added: {},
  trait: (channel) => ref('components', 'messageTraits', `nats${channel}`),
};
const ON_NATS = { servers: [ref('servers', 'nats')] };
const CALL_SID = ref('components', 'parameters', 'callSid');
const TYPE = ref('components', 'parameters', 'type');

/** The headers of each kind of message. */
export const NATS_HEADERS: readonly NamedSchema[] = [
  withMessageId(headersSchema('NatsCommandHeaders', [ATTRIBUTE_SCHEMAS.command], STYLE.prefix)),
  headersSchema('NatsEventHeaders', [ATTRIBUTE_SCHEMAS.event], STYLE.prefix),
  headersSchema('NatsResultHeaders', [ATTRIBUTE_SCHEMAS.result], STYLE.prefix),
  headersSchema('NatsDeadLetterHeaders', [ATTRIBUTE_SCHEMAS.deadLetter], STYLE.prefix),
  REQUEST_ERROR_SCHEMA,
];

export const NATS_TRAITS: Readonly<Record<string, MessageTrait>> = {
  natsCommand: { headers: headers('NatsCommandHeaders'), correlationId: correlation('natsCommandId') },
  natsEvent: { headers: headers('NatsEventHeaders') },
  natsResult: { headers: headers('NatsResultHeaders'), correlationId: correlation('natsCausationId') },
  natsDeadLetter: { headers: headers('NatsDeadLetterHeaders') },
};

export const NATS_CORRELATION_IDS = {
  natsCommandId: { description: 'What results name the command by', location: '$message.header#/ce-id' },
  natsCausationId: { description: 'The command it is about', location: '$message.header#/ce-causationid' },
};

/** Subjects, as the driver publishes and subscribes. */
export function natsChannels(names: BusNames): Readonly<Record<string, Channel>> {
  const { streams } = natsNames(names);
  const kept = (channel: BusChannel) => ({ ...ON_NATS, 'x-jetstream-stream': streams[channel] });
  return {
    natsCommands: {
      address: addressOf('commands', names),
      title: 'Commands on NATS',
      description: `${COMMANDS} Publish with JetStream to know that it is kept.`,
      ...kept('commands'),
      parameters: { callSid: CALL_SID },
      messages: commandMessages(STYLE),
    },
    natsRequests: {
      address: `${names.request}.{callSid}`,
      title: 'Requests on NATS',
      description:
        'The same commands, each as a request. They go behind what was published before. A call that no adapter knows has no ' +
        'responders, which NATS tells at once.',
      ...ON_NATS,
      parameters: { callSid: CALL_SID },
      messages: { command: messageOf('natsCommands', 'command'), ack: messageOf('natsCommands', 'ack') },
    },
    natsReplies: {
      address: null,
      title: 'Answers to requests on NATS',
      description:
        'Comes on the reply subject of the request: the `delivered` or `rejected` of the command, or why it did not become one.',
      ...ON_NATS,
      messages: {
        result: messageOf('natsResults', 'result'),
        requestError: {
          name: 'requestError',
          title: 'A refusal',
          summary: 'The request did not become a command. It has no payload',
          headers: ref('components', 'schemas', REQUEST_ERROR_SCHEMA.name),
        },
      },
    },
    natsEvents: {
      address: addressOf('events', names),
      title: 'Events on NATS',
      description:
        `${EVENTS} The type is the tail of the subject and can have several tokens: subscribe to one type by its name, to ` +
        'all with `>`, to all calls with `*`.',
      ...kept('events'),
      parameters: { callSid: CALL_SID, type: TYPE },
      messages: eventMessages(STYLE),
    },
    natsResults: {
      address: addressOf('results', names),
      title: 'Results on NATS',
      description: RESULTS,
      ...kept('results'),
      parameters: { callSid: CALL_SID },
      messages: resultMessages(STYLE),
    },
    natsDeadLetters: {
      address: addressOf('deadletters', names),
      title: 'Dead letters on NATS',
      description: DEAD_LETTERS,
      ...kept('deadletters'),
      parameters: { callSid: CALL_SID },
      messages: deadLetterMessages(STYLE),
    },
  };
}

export const NATS_OPERATIONS: Readonly<Record<string, Operation>> = {
  natsSendCommand: {
    action: 'send',
    channel: ref('channels', 'natsCommands'),
    title: 'Send a command',
    description: 'Puts a command on the websocket of a call. Its result comes on the results channel.',
  },
  natsRequest: {
    action: 'send',
    channel: ref('channels', 'natsRequests'),
    title: 'Send a command and wait for its result',
    description: 'Puts a command on the websocket of a call, for who wants the result at once.',
    reply: { channel: ref('channels', 'natsReplies') },
  },
  natsReceiveEvents: {
    action: 'receive',
    channel: ref('channels', 'natsEvents'),
    title: 'Receive events',
    description:
      'With a plain subscription, or a durable consumer of the stream to miss none. Processes that share the work use a ' +
      'queue group or a durable consumer of a name of their own.',
  },
  natsReceiveResults: {
    action: 'receive',
    channel: ref('channels', 'natsResults'),
    title: 'Receive results',
    description: 'Tells what became of commands, by their id.',
  },
  natsReceiveDeadLetters: {
    action: 'receive',
    channel: ref('channels', 'natsDeadLetters'),
    title: 'Receive dead letters',
    description: 'For those who look after the system.',
  },
};

/** The driver's own subject for messages of a channel, with parameters in place of the values. */
function addressOf(channel: BusChannel, names: BusNames): string {
  const callSid = '{callSid}';
  if (channel === 'commands') return (subjectsOf(channel, names)[0] ?? '').replace('*', callSid);
  const address = subjectOf({ channel, callSid, type: '{type}', attributes: {}, payload: new Uint8Array(0) }, names);
  if (address === undefined) throw new Error(`NATS has no subject for ${channel}`);
  return address;
}

function withMessageId({ name, schema }: NamedSchema): NamedSchema {
  const description =
    'If you set it, put the call_sid into it: the stream drops a repeated one whatever call it is for, and what it drops ' +
    'gets no result';
  const properties = { ...Object(schema['properties']), [NATS_MESSAGE_ID]: { description, type: 'string' } };
  return { name, schema: { ...schema, properties } };
}

function messageOf(channel: string, message: string) {
  return ref('channels', channel, 'messages', message);
}

function headers(name: string) {
  return ref('components', 'schemas', name);
}

function correlation(name: string) {
  return ref('components', 'correlationIds', name);
}
