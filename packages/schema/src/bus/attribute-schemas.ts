import { type Static, Type } from '@sinclair/typebox';

/** Longest CloudEvents id taken, in bytes of UTF-8: it is kept per call and repeated in results. */
export const MAX_ID_BYTES = 512;

/** What every header can carry. */
export const ID_PATTERN = '^[^\\u0000-\\u001f\\u007f]+$';

/** RFC 3339, as CloudEvents asks for: what `Date.parse` takes beyond it would be guesswork about time zones. */
export const TIME_PATTERN = '^\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?([Zz]|[+-]\\d\\d:\\d\\d)$';

/** A whole number that a double holds exactly. */
export const COUNT_PATTERN = '^\\d{1,15}$';

const time = (description: string) => Type.String({ pattern: TIME_PATTERN, description });
const count = (description: string) => Type.String({ pattern: COUNT_PATTERN, description });
const text = (description: string) => Type.String({ description });
const specversion = Type.Literal('1.0', { description: 'Version of CloudEvents' });
const contentType = Type.Literal('application/json', { description: 'The payload is JSON' });

/** W3C trace context; these two keep their names on every bus. */
const TRACE = {
  traceparent: Type.Optional(text('W3C trace context')),
  tracestate: Type.Optional(text('W3C trace context: what vendors add')),
};

/**
 * What a publisher may say about its command, every attribute of it optional. Others are passed over, and come back with
 * the command should it end in the dead letters. `readCommandEnvelope` refuses what does not fit.
 */
export const CommandAttributes = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: ID_PATTERN,
        maxLength: MAX_ID_BYTES,
        description:
          `Idempotency key of at most ${MAX_ID_BYTES} bytes in UTF-8, without control characters: sent twice to one call, a command has one effect, and ` +
          'the second one is rejected with ' +
          'duplicate. Made from what is answered (the id of an event), it makes a redelivered event harmless. Left out: ' +
          'the place of the record in the broker',
      }),
    ),
    specversion: Type.Optional(specversion),
    type: Type.Optional(text('For people and tools; jambus reads the payload')),
    source: Type.Optional(text('Who sends it, for people and tools')),
    subject: Type.Optional(text('The call_sid, if at all; read only on Kafka, where a record has no key')),
    time: Type.Optional(time('When it was made, for people and tools')),
    expirytime: Type.Optional(
      time(
        'It never reaches the call after this time, wherever it waited. Left out: 30 s after the broker took it, unless ' +
          'jambus is set otherwise',
      ),
    ),
    ifverbid: Type.Optional(
      Type.String({
        pattern: ID_PATTERN,
        maxLength: MAX_ID_BYTES,
        description: `Deliver only while the verb with this id has started and not finished; at most ${MAX_ID_BYTES} bytes`,
      }),
    ),
    ifsequence: Type.Optional(count('Deliver only if the call has had no event after the one with this sequence')),
    results: Type.Optional(
      Type.Literal('terminal', {
        description:
          'Only the outcome is wanted, delivered or rejected, and no later result (started, finished, failed) of the verbs with ' +
          'an id that the command brings. The events say the same, with its id as their causationid',
      }),
    ),
    ...TRACE,
    'content-type': Type.Optional(text('`application/json`, for people and tools')),
  },
  { $id: 'CommandAttributes', description: 'What is said about a command, all of it optional' },
);
export type CommandAttributes = Static<typeof CommandAttributes>;

/** What every event says about itself. */
export const EventAttributes = Type.Object(
  {
    specversion,
    id: text('`<call_sid>/<epoch>/<sequence>`; the same when the event comes twice'),
    type: text('The type in the payload with dots: `jambonz.verb.status`. What jambus itself says: `jambus.lost`'),
    source: text('`/jambus/<gateway>`'),
    subject: text('The call_sid of the session: where commands about it go'),
    time: time('When the gateway had it from jambonz'),
    sequence: count('Counts the events of the call from 1, without a gap'),
    epoch: count('Counts the websockets of the call from 1'),
    application: text('Path of the websocket, by which applications of jambonz differ'),
    sequencereset: Type.Optional(
      Type.Literal('true', {
        description:
          'The call is older than this event, and nobody could tell how far its events had been counted (every gateway and ' +
          'adapter was restarted, and the bus has none of them): `epoch` and `sequence` begin anew with this event',
      }),
    ),
    causationid: Type.Optional(text('The id of the command that brought the verb which this event is about')),
    ...TRACE,
    'content-type': contentType,
  },
  { $id: 'EventAttributes', description: 'What is said about an event' },
);
export type EventAttributes = Static<typeof EventAttributes>;

/** What every result says about itself. */
export const ResultAttributes = Type.Object(
  {
    specversion,
    id: text('Made from what the result is about: the same when a crash makes it come twice'),
    type: text('`jambus.command.<status>`'),
    source: Type.Literal('/jambus'),
    subject: text('The call_sid that the command was addressed to'),
    time: time('When it was decided'),
    causationid: text('The id of the command'),
    decidedposition: Type.Optional(
      text(
        'The place in the broker, `<log>/<partition>/<offset>`, up to which the commands of this call have their outcome; ' +
          'jambus reads it when everything was restarted',
      ),
    ),
    ...TRACE,
    'content-type': contentType,
  },
  { $id: 'ResultAttributes', description: 'What is said about a result' },
);
export type ResultAttributes = Static<typeof ResultAttributes>;

/** Why a record is among the dead letters. Closed, as the codes of results are. */
export const DeadLetterReason = Type.Union([Type.Literal('invalid'), Type.Literal('internal')], {
  description: 'invalid: it is not a command, as its result says, if it names a call; internal: a defect of jambus',
});
export type DeadLetterReason = Static<typeof DeadLetterReason>;

/**
 * What jambus adds to the attributes of a command that cannot be processed. Its own attributes stay as they came, and need
 * not have the form of `CommandAttributes`: that may be the reason.
 */
export const DeadLetterAttributes = Type.Object(
  {
    dlreason: DeadLetterReason,
    dldetail: text('Why, for people; without control characters, at most 1,024 bytes'),
    dlorigin: text(
      'Where it was: `<channel>/<log>/<partition>/<offset>`, on NATS with its sequence in the stream; `log` names one life of the stream or topic',
    ),
    dlattempts: count('How often it was tried'),
    dltime: time('When it was given up'),
    dlomitted: Type.Optional(
      count('Bytes of the payload, which was left out because the broker refused the whole; dlorigin says where it is'),
    ),
    dlleftout: Type.Optional(
      text(
        'Names of attributes that were left out because the broker refused the whole, with their sizes; at most 1,100 bytes',
      ),
    ),
  },
  { $id: 'DeadLetterAttributes', description: 'What is added to the attributes that the command came with' },
);
export type DeadLetterAttributes = Static<typeof DeadLetterAttributes>;

/** On Kafka, what CloudEvents calls the key of a record; events and results have it. */
export const PartitionAttributes = Type.Object(
  { partitionkey: text('The call_sid, which is the key of the record, too') },
  { $id: 'PartitionAttributes' },
);
export type PartitionAttributes = Static<typeof PartitionAttributes>;
