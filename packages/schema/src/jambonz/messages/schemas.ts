import { type Static, type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';

const text = (description?: string) => Type.Optional(Type.String(description === undefined ? {} : { description }));
const number = () => Type.Optional(Type.Number());

/**
 * A message of jambonz. Fields that are not named here are let through everywhere: a newer server says more, and what it
 * says is passed on as it came.
 */
function message<const Name extends string, Data extends TSchema>(type: Name, description: string, data: Data) {
  return Type.Object(
    {
      type: Type.Literal(type),
      msgid: text('Names the message in the ack that answers it'),
      call_sid: text("The session's call; on the socket of an adulted leg it can be missing"),
      hook: text('On hooks: the path or address the application gave'),
      b3: text('Trace context, as Zipkin writes it in one header'),
      data,
    },
    { description },
  );
}

/** What most messages say about the call they belong to. */
const CALL = {
  call_sid: text(),
  direction: text(),
  from: text(),
  to: text(),
  call_id: text(),
  sbc_callid: text(),
  sip_status: number(),
  sip_reason: text(),
  call_status: text(),
  account_sid: text(),
  application_sid: text(),
  parent_call_sid: text(),
  trace_id: text(),
  originating_sip_ip: text(),
  originating_sip_trunk_name: text(),
  fs_sip_address: text(),
  fs_public_ip: text(),
  api_base_url: text(),
};

/** What is said here again is said more closely. */
type WithCall<Properties extends TProperties> = Omit<typeof CALL, keyof Properties> & Properties;

function callData<Properties extends TProperties>(more: Properties): TObject<WithCall<Properties>> {
  return Type.Object<WithCall<Properties>>({ ...CALL, ...more });
}

const record = () => Type.Record(Type.String(), Type.Unknown());

const NewCall = callData({
  caller_name: text(),
  service_provider_sid: text(),
  sip: Type.Optional(record()),
  env_vars: Type.Optional(record()),
  customerData: Type.Optional(
    Type.Unknown({ description: 'Of a call that the application placed: the tag it gave it' }),
  ),
});

/**
 * What a recognizer heard, in the form that jambonz gives the answers of all vendors; its own answer is in `vendor`. Vendors do
 * not all tell how certain they are in the same way.
 */
const Speech = Type.Object(
  {
    is_final: Type.Optional(Type.Boolean()),
    alternatives: Type.Optional(
      Type.Array(
        Type.Object({
          transcript: text('What was said'),
          confidence: Type.Optional(
            Type.Unknown({ description: 'How certain the recognizer is, as a rule from 0 to 1' }),
          ),
        }),
        { description: 'The most likely one first' },
      ),
    ),
  },
  { description: 'Of a gather or transcribe: what was heard' },
);

/** An event of a running model or agent, in its vendor's form. */
const VendorEvent = record();

const ToolCall = Type.Object({
  tool_call_id: text(),
  name: text(),
  args: Type.Optional(Type.Unknown()),
});

/** Every message that jambonz sends, by type: feature-server 0.9.8 and the `agent:*` messages of newer servers. */
export const JAMBONZ_MESSAGES = {
  'session:new': message('session:new', 'A call, which wants an application', NewCall),
  'session:reconnect': message(
    'session:reconnect',
    'The call is back on a new websocket. jambus has answered it; what was sent meanwhile follows',
    NewCall,
  ),
  'session:redirect': message(
    'session:redirect',
    'The call was redirected here and wants an application',
    callData({}),
  ),
  'session:adulting': message(
    'session:adulting',
    'A leg of another call has become a call of its own, and wants an application',
    callData({}),
  ),
  'verb:hook': message(
    'verb:hook',
    'Outcome of a verb that has an actionHook, for the application to go on from',
    callData({
      event: Type.Optional(
        Type.Unknown({ description: 'As a string it marks what needs no answer, in a conference or queue' }),
      ),
      reason: text('How the verb ended: of a gather speechDetected, dtmfDetected, timeout or error'),
      verb_id: text('The id that the application gave the verb'),
      speech: Type.Optional(Speech),
      digits: text('Of a gather: the keys that were pressed'),
      dtmf: text('Of a dtmfHook: the keys that were pressed'),
      dial_call_status: text('Of a dial: what became of the called party. completed, failed, busy or no-answer'),
      dial_call_sid: text('Of a dial: the call_sid of the called party'),
      dial_sip_status: Type.Optional(Type.Integer({ description: 'Of a dial: its last SIP status' })),
      queue_result: text('Of an enqueue: bridged, hangup, leave or error'),
      completion_reason: text('Of an llm: why it ended'),
    }),
  ),
  'dial:confirm': message(
    'dial:confirm',
    'The party called by a dial has answered and is to be asked first',
    callData({}),
  ),
  'call:status': message(
    'call:status',
    'How the call stands; of a leg that it dialled, too, which then has a call_sid of its own in the data',
    callData({
      call_status: Type.String({
        description:
          'trying, ringing, early-media, in-progress, queued; at the end completed, failed, busy or no-answer',
      }),
      duration: Type.Optional(Type.Number({ description: 'Of the whole call, in s' })),
      call_termination_by: text('caller or jambonz'),
    }),
  ),
  'verb:status': message(
    'verb:status',
    'How a verb goes: in the form that servers send (event), or the one that the documentation has (status)',
    Type.Union([
      Type.Object({ event: Type.String(), id: text(), name: text(), verb: text() }, { title: 'VerbStatusByEvent' }),
      Type.Object({ status: Type.String(), id: text(), verb: text() }, { title: 'VerbStatusByStatus' }),
    ]),
  ),
  'jambonz:error': message(
    'jambonz:error',
    'jambonz could not run a verb or read a message',
    Type.Object({ msg: text(), details: Type.Optional(Type.Unknown()), id: text(), verb: text() }),
  ),
  'llm:event': message('llm:event', "An event of the running model, in its vendor's form", VendorEvent),
  'llm:tool-call': message('llm:tool-call', 'The model calls a tool; llm:tool-output answers', ToolCall),
  'agent:event': message('agent:event', "An event of the running agent, in its vendor's form", VendorEvent),
  'agent:tool-call': message('agent:tool-call', 'The agent calls a tool; llm:tool-output answers', ToolCall),
  'tts:tokens-result': message(
    'tts:tokens-result',
    'What became of tts:tokens',
    Type.Object({
      id: Type.Optional(Type.Union([Type.Number(), Type.String()])),
      status: Type.String(),
      reason: text(),
    }),
  ),
  'tts:streaming-event': message(
    'tts:streaming-event',
    'How the streaming voice goes',
    Type.Object({ event_type: Type.String() }),
  ),
  'queue:status': message('queue:status', 'How the call stands in its queue', callData({})),
} as const;

/** The types of message that are known. Others occur: a newer server may send more. */
export type JambonzMessageType = keyof typeof JAMBONZ_MESSAGES;

/** The `data` of a message of this type. */
export type JambonzDataOf<Name extends JambonzMessageType> = Static<(typeof JAMBONZ_MESSAGES)[Name]>['data'];
