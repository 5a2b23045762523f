import { BusPrefix, type HookKind } from '@jambus/schema';
import { type Static, Type } from '@sinclair/typebox';
import { CallSid, Contender, Counter, Identity, Milliseconds, Sequence, Traceparent } from './frame-parts.ts';

/**
 * First frame of an adapter: who it is, and how far it is with the reports of the gateway's life `gatewayBoot`, empty when it
 * was never linked to the gateway. A gateway that still keeps what it had sent on the former connection goes on there.
 */
export const HelloFrame = Type.Object({
  t: Type.Literal('hello'),
  adapter: Identity,
  boot: Type.String({ minLength: 1, description: 'another one each time the adapter starts' }),
  gatewayBoot: Type.String(),
  received: Type.Integer({ minimum: 0, description: 'reports received from that life of the gateway' }),
  taken: Type.Integer({ minimum: 0, description: 'of them, reports that are on the bus' }),
  closings: Type.Integer({ minimum: 0, description: 'number of the last `closed` heard from it' }),
  prefix: Type.Optional(
    Type.String({
      ...BusPrefix,
      description: 'of the names on its bus, by which a gateway keeps applications apart; older adapters name none',
    }),
  ),
});
export type HelloFrame = Static<typeof HelloFrame>;

/**
 * One command for one call. The payload is the wire message for a `command`, or the verbs (a JSON array, possibly none) that
 * answer `msgid` for an `ack`. `n` counts the commands of a connection from 1; later frames name it.
 */
export const CommandFrame = Type.Object({
  t: Type.Literal('command'),
  n: Counter,
  call: CallSid,
  id: Type.String({ minLength: 1 }),
  position: Type.String({ minLength: 1, description: '`<log>/<partition>/<offset>`' }),
  name: Type.String({ description: 'the command, or "ack"' }),
  msgid: Type.Optional(Type.String()),
  verbs: Type.Array(Type.String(), { description: 'ids of the verbs it carries' }),
  hooks: Type.Optional(
    Type.Array(Type.Tuple([Type.String(), Type.Unsafe<HookKind>(Type.String())]), {
      description: 'the hooks that its verbs name, and how',
    }),
  ),
  replaces: Type.Boolean({ description: 'its verbs take the place of those that wait; otherwise they are queued' }),
  terminalOnly: Type.Optional(
    Type.Literal(true, { description: 'what becomes of its verbs is told by events only, not by later results' }),
  ),
  warning: Type.Optional(Type.String({ description: 'what jambonz is going to ignore of it, for people' })),
  published: Type.Number({ description: 'when the broker took it, ms since the epoch' }),
  expires: Type.Number({ description: 'never written to a websocket after this time, ms since the epoch' }),
  overdue: Type.Optional(
    Type.Literal(true, {
      description: 'its time is over while another command of its call waits in front of it: it is only to be refused',
    }),
  ),
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'it is ahead of its turn: offset of the command of its call before it, in the same log, whose outcome is not on the ' +
        'bus yet. Where that one is neither decided nor waiting at this gateway, this one is returned',
    }),
  ),
  appearBy: Type.Optional(
    Type.Number({
      description:
        'on a record that may have been read before: a call that began after this time had no such call_sid when the ' +
        'command was read first',
    }),
  ),
  ifverbid: Type.Optional(Type.String()),
  ifsequence: Type.Optional(Sequence),
  replyTo: Type.Optional(Type.String({ description: 'comes back with its outcome' })),
  traceparent: Type.Optional(Traceparent),
  resultTrace: Type.Optional(
    Type.Object(
      { traceparent: Traceparent, tracestate: Type.Optional(Type.String()) },
      {
        description: 'trace context that its publisher gave, which its result has, too',
      },
    ),
  ),
});
export type CommandFrame = Static<typeof CommandFrame>;

/** Takes command `n` back. The gateway answers with `returned`, unless it has decided the command by now. */
export const WithdrawFrame = Type.Object({ t: Type.Literal('withdraw'), n: Type.Array(Counter) });
export type WithdrawFrame = Static<typeof WithdrawFrame>;

/** Every report up to and including `n` is on the bus. */
export const TakenFrame = Type.Object({ t: Type.Literal('taken'), n: Counter });
export type TakenFrame = Static<typeof TakenFrame>;

/**
 * Answer to an `opened` with a `contender`, and to `recall`: what this adapter knows of the call's past, zeros when nothing.
 * Everything that it had of the call is on the bus by then. `certain`: the former gateway has told all of it. The payload is
 * the memory of the call.
 */
export const KnownFrame = Type.Object({
  t: Type.Literal('known'),
  call: CallSid,
  epoch: Sequence,
  sequence: Sequence,
  since: Type.Optional(Milliseconds),
  certain: Type.Boolean(),
  elsewhere: Type.Optional(
    Type.Union([Type.Literal('status'), Type.Literal('refused')], {
      description: 'another gateway has the call and keeps it, and says so of the websocket here',
    }),
  ),
});
export type KnownFrame = Static<typeof KnownFrame>;

/**
 * This adapter cannot tell the past of a call yet, as the bus is slow or away. It says so again and again until it can, so
 * that a gateway can tell it from one that sleeps.
 */
export const SearchingFrame = Type.Object({ t: Type.Literal('searching'), call: CallSid });
export type SearchingFrame = Static<typeof SearchingFrame>;

/** Another gateway has this call now: whatever waits for it here waits in vain. */
export const ElsewhereFrame = Type.Object({
  t: Type.Literal('elsewhere'),
  call: CallSid,
  refused: Type.Optional(Type.Literal(true, { description: 'the websocket here is not from the peer of the call' })),
});
export type ElsewhereFrame = Static<typeof ElsewhereFrame>;

/**
 * Another gateway has a websocket that claims to be one of this call. This one answers with `kept`, or gives the call up by
 * `closed`.
 */
export const ContestedFrame = Type.Object({ t: Type.Literal('contested'), call: CallSid, contender: Contender });
export type ContestedFrame = Static<typeof ContestedFrame>;

/** What jambonz has said of a call on a websocket of another gateway; it is the payload. This gateway has the call. */
export const RelayedFrame = Type.Object({ t: Type.Literal('relayed'), call: CallSid });
export type RelayedFrame = Static<typeof RelayedFrame>;

/** The adapter stops and takes no more reports. The gateway answers `drained` when all it has sent are on the bus. */
export const AdapterDrainingFrame = Type.Object({ t: Type.Literal('draining') });
export type AdapterDrainingFrame = Static<typeof AdapterDrainingFrame>;

/** What an adapter says. */
export const AdapterFrame = Type.Union([
  CommandFrame,
  TakenFrame,
  WithdrawFrame,
  KnownFrame,
  SearchingFrame,
  ElsewhereFrame,
  ContestedFrame,
  RelayedFrame,
  AdapterDrainingFrame,
  HelloFrame,
]);
export type AdapterFrame = Static<typeof AdapterFrame>;
