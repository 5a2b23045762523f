import { type Static, Type } from '@sinclair/typebox';
import { RejectionCode } from '../bus/result.ts';

/** The websocket subprotocol of the gateway link. A change that an older peer cannot follow gets a new number. */
export const LINK_SUBPROTOCOL = 'link.jambus.v1';

/** Path of the link on the gateway's internal port. */
export const LINK_PATH = '/link';

/** Most bytes one link message may hold; a peer that sends more is cut off. Several frames share a message. */
export const LINK_MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Longest call_sid taken, in characters; those of jambonz have 36. */
export const MAX_CALL_SID_LENGTH = 256;

const CallSid = Type.String({ minLength: 1, maxLength: MAX_CALL_SID_LENGTH });
const Counter = Type.Integer({ minimum: 1 });
/** W3C trace context; what is none is taken for nothing, not for a fault. */
const Traceparent = Type.String({ maxLength: 512 });
const Milliseconds = Type.Number({ minimum: 0 });

/* ---- adapter → gateway ---- */

/** First frame of an adapter: who it is. The gateway hashes calls over these ids. */
export const HelloFrame = Type.Object({
  t: Type.Literal('hello'),
  adapter: Type.String({ minLength: 1, maxLength: 256 }),
});
export type HelloFrame = Static<typeof HelloFrame>;

/**
 * One command for one call. The payload is the wire message for a `command`, or the verbs (a JSON array, possibly none)
 * that answer `msgid` for an `ack`. `n` counts this link's commands from 1; the outcome names it.
 */
export const CommandFrame = Type.Object({
  t: Type.Literal('command'),
  n: Counter,
  call: CallSid,
  id: Type.String({ minLength: 1 }),
  position: Type.String({ minLength: 1 }),
  name: Type.String({ description: 'the command, or "ack"' }),
  msgid: Type.Optional(Type.String()),
  verbs: Type.Array(Type.String(), { description: 'ids of the verbs it carries' }),
  expires: Type.Number({ description: 'never written to a websocket after this time, ms since the epoch' }),
  ifverbid: Type.Optional(Type.String()),
  ifsequence: Type.Optional(Type.Integer({ minimum: 0 })),
  traceparent: Type.Optional(Traceparent),
});
export type CommandFrame = Static<typeof CommandFrame>;

/** Every event up to and including `n` is on the bus. */
export const EventsTakenFrame = Type.Object({ t: Type.Literal('taken'), n: Counter });
export type EventsTakenFrame = Static<typeof EventsTakenFrame>;

/**
 * Answer to an `opened` with `resumed`: what this adapter knows of the call's past. Zeros when nothing. The payload is the
 * call memory that the former gateway left with `closed`, as it came.
 */
export const KnownFrame = Type.Object({
  t: Type.Literal('known'),
  call: CallSid,
  epoch: Type.Integer({ minimum: 0 }),
  sequence: Type.Integer({ minimum: 0 }),
});
export type KnownFrame = Static<typeof KnownFrame>;

/** Another gateway has this call now: whatever waits for it here waits in vain. */
export const ElsewhereFrame = Type.Object({ t: Type.Literal('elsewhere'), call: CallSid });
export type ElsewhereFrame = Static<typeof ElsewhereFrame>;

/* ---- gateway → adapter ---- */

/** First frame of a gateway: who it is, and how many commands it lets this link have under way. `opened` frames for its calls and one `ready` follow. */
export const WelcomeFrame = Type.Object({
  t: Type.Literal('welcome'),
  gateway: Type.String({ minLength: 1 }),
  commandWindow: Counter,
});
export type WelcomeFrame = Static<typeof WelcomeFrame>;

/** The snapshot is complete: a call that was not opened by now is not here. */
export const ReadyFrame = Type.Object({ t: Type.Literal('ready') });
export type ReadyFrame = Static<typeof ReadyFrame>;

/**
 * This gateway has the call. `resumed`: it came by `session:reconnect` and had its past elsewhere; answer with `known`.
 * `traceparent` is for what has to do with the call and has no context of its own; left out when it is the one that follows
 * from the call_sid.
 */
export const OpenedFrame = Type.Object({
  t: Type.Literal('opened'),
  call: CallSid,
  epoch: Counter,
  since: Milliseconds,
  application: Type.String(),
  resumed: Type.Boolean(),
  traceparent: Type.Optional(Traceparent),
});
export type OpenedFrame = Static<typeof OpenedFrame>;

/** This gateway has the call no longer. With `moved` it lives on elsewhere, and the payload is its memory for the next gateway. */
export const ClosedFrame = Type.Object({
  t: Type.Literal('closed'),
  call: CallSid,
  reason: Type.Union([Type.Literal('ended'), Type.Literal('lost'), Type.Literal('moved')]),
  epoch: Counter,
  sequence: Type.Integer({ minimum: 0 }),
});
export type ClosedFrame = Static<typeof ClosedFrame>;

/** What became of command `n`. `returned`: the gateway had no effect on the call with it, try elsewhere. */
export const OutcomeFrame = Type.Object({
  t: Type.Literal('outcome'),
  n: Counter,
  status: Type.Union([Type.Literal('delivered'), Type.Literal('rejected'), Type.Literal('returned')]),
  code: Type.Optional(RejectionCode),
  detail: Type.Optional(Type.String()),
});
export type OutcomeFrame = Static<typeof OutcomeFrame>;

/** A later result of a command, derived from an event. */
export const VerbResult = Type.Object({
  command: Type.String(),
  verb: Type.String(),
  status: Type.Union([Type.Literal('started'), Type.Literal('finished'), Type.Literal('failed')]),
  detail: Type.Optional(Type.String()),
});
export type VerbResult = Static<typeof VerbResult>;

/** One message of jambonz, whose bytes are the payload. `n` counts this link's events from 1; `taken` names it. */
export const EventFrame = Type.Object({
  t: Type.Literal('event'),
  n: Counter,
  call: CallSid,
  epoch: Counter,
  sequence: Counter,
  type: Type.String({ minLength: 1 }),
  time: Milliseconds,
  application: Type.String(),
  causation: Type.Optional(Type.String({ description: 'id of the command that caused it' })),
  result: Type.Optional(VerbResult),
  traceparent: Type.Optional(Traceparent),
});
export type EventFrame = Static<typeof EventFrame>;

/** The gateway is shutting down; its calls will move. */
export const DrainingFrame = Type.Object({ t: Type.Literal('draining') });
export type DrainingFrame = Static<typeof DrainingFrame>;

export const AdapterFrame = Type.Union([CommandFrame, EventsTakenFrame, KnownFrame, ElsewhereFrame, HelloFrame]);
export type AdapterFrame = Static<typeof AdapterFrame>;

export const GatewayFrame = Type.Union([
  EventFrame,
  OutcomeFrame,
  OpenedFrame,
  ClosedFrame,
  ReadyFrame,
  WelcomeFrame,
  DrainingFrame,
]);
export type GatewayFrame = Static<typeof GatewayFrame>;

export type LinkFrame = AdapterFrame | GatewayFrame;
