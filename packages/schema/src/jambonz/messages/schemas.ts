import { type Static, type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';

const text = () => Type.Optional(Type.String());
const number = () => Type.Optional(Type.Number());

/**
 * A message of jambonz. Fields that are not named here are let through everywhere: a newer server says more, and what it
 * says is passed on as it came.
 */
function message<const Name extends string, Data extends TSchema>(type: Name, data: Data) {
  return Type.Object({
    type: Type.Literal(type),
    msgid: text(),
    /** The session's call; on the socket of an adulted leg it can be missing. */
    call_sid: text(),
    /** On hooks: the path or address the application gave. */
    hook: text(),
    /** Trace context, as Zipkin writes it in one header. */
    b3: text(),
    data,
  });
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

function callData<Properties extends TProperties>(more: Properties): TObject<typeof CALL & Properties> {
  return Type.Object({ ...CALL, ...more });
}

const record = () => Type.Record(Type.String(), Type.Unknown());

const NewCall = callData({
  caller_name: text(),
  service_provider_sid: text(),
  sip: Type.Optional(record()),
  env_vars: Type.Optional(record()),
  /** Of a call that the application placed: the tag it gave it. */
  customerData: Type.Optional(Type.Unknown()),
});

/** An event of a running model or agent, in its vendor's form. */
const VendorEvent = record();

const ToolCall = Type.Object({
  tool_call_id: text(),
  name: text(),
  args: Type.Optional(Type.Unknown()),
});

/** Every message that jambonz sends, by type: feature-server 0.9.8 and the `agent:*` messages of newer servers. */
export const JAMBONZ_MESSAGES = {
  'session:new': message('session:new', NewCall),
  'session:reconnect': message('session:reconnect', NewCall),
  'session:redirect': message('session:redirect', callData({})),
  'session:adulting': message('session:adulting', callData({})),
  /** Outcome of a verb. `event` as a string marks what needs no answer of an application. */
  'verb:hook': message(
    'verb:hook',
    callData({ event: Type.Optional(Type.Unknown()), reason: text(), verb_id: text() }),
  ),
  'dial:confirm': message('dial:confirm', callData({})),
  'call:status': message(
    'call:status',
    callData({ call_status: Type.String(), duration: number(), call_termination_by: text() }),
  ),
  /** The form that servers send (`event`), and the form that the documentation has (`status`). */
  'verb:status': message(
    'verb:status',
    Type.Union([
      Type.Object({ event: Type.String(), id: text(), name: text(), verb: text() }),
      Type.Object({ status: Type.String(), id: text(), verb: text() }),
    ]),
  ),
  'jambonz:error': message(
    'jambonz:error',
    Type.Object({ msg: text(), details: Type.Optional(Type.Unknown()), id: text(), verb: text() }),
  ),
  'llm:event': message('llm:event', VendorEvent),
  'llm:tool-call': message('llm:tool-call', ToolCall),
  'agent:event': message('agent:event', VendorEvent),
  'agent:tool-call': message('agent:tool-call', ToolCall),
  'tts:tokens-result': message(
    'tts:tokens-result',
    Type.Object({ id: number(), status: Type.String(), reason: text() }),
  ),
  'tts:streaming-event': message('tts:streaming-event', Type.Object({ event_type: Type.String() })),
  'queue:status': message('queue:status', callData({})),
} as const;

/** The types of message that are known. Others occur: a newer server may send more. */
export type JambonzMessageType = keyof typeof JAMBONZ_MESSAGES;

/** The `data` of a message of this type. */
export type JambonzDataOf<Name extends JambonzMessageType> = Static<(typeof JAMBONZ_MESSAGES)[Name]>['data'];
