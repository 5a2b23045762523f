import { RejectionCode } from '@jambus/schema';
import { type Static, Type } from '@sinclair/typebox';
import { CallSid, Contender, Counter, Identity, Milliseconds, Sequence, Traceparent } from './frame-parts.ts';
import { Verdict } from './verdict.ts';

/**
 * First frame of a gateway: who it is, and how many commands it lets this link have under way. `opened` frames for its calls,
 * `closed` frames for those that left lately and one `ready` follow. `resumed`: the numbers of reports go on where the
 * adapter's `hello` says; otherwise they begin at 1, and what the adapter had not put on the bus goes there by another way.
 */
export const WelcomeFrame = Type.Object({
  t: Type.Literal('welcome'),
  gateway: Identity,
  boot: Type.String({ minLength: 1, description: 'another one each time the gateway starts' }),
  commandWindow: Counter,
  commandWindowBytes: Counter,
  resumed: Type.Boolean(),
});
export type WelcomeFrame = Static<typeof WelcomeFrame>;

/** The snapshot is complete: a call of this life of the gateway that was not opened by now is over. */
export const ReadyFrame = Type.Object({ t: Type.Literal('ready') });
export type ReadyFrame = Static<typeof ReadyFrame>;

/**
 * This gateway has the call. With a `contender` it has a websocket of a call that is older than its knowledge: answer with
 * `known`, once the gateway that has the call has given it up or has said that it keeps it. Without one, `newcomer` says whose
 * websocket it has, should another gateway have a call of this name, too. `traceparent` is for what has to do
 * with the call and has no context of its own; left out when it is the one that follows from the call_sid.
 */
export const OpenedFrame = Type.Object({
  t: Type.Literal('opened'),
  call: CallSid,
  epoch: Counter,
  since: Milliseconds,
  application: Type.String(),
  contender: Type.Optional(Contender),
  newcomer: Type.Optional(Contender),
  traceparent: Type.Optional(Traceparent),
});
export type OpenedFrame = Static<typeof OpenedFrame>;

/** Why a gateway no longer has a call. With `moved` it lives on elsewhere. */
export const CallEnd = Type.Union([Type.Literal('ended'), Type.Literal('lost'), Type.Literal('moved')]);
export type CallEnd = Static<typeof CallEnd>;

/**
 * This gateway has the call no longer. The payload is its memory: for the next gateway, or for whoever is asked about a
 * command of a call that has ended. `closing` counts these frames in one life of the gateway.
 */
export const ClosedFrame = Type.Object({
  t: Type.Literal('closed'),
  closing: Counter,
  call: CallSid,
  reason: CallEnd,
  epoch: Counter,
  sequence: Sequence,
  at: Type.Number({ description: 'when the call ended, ms since the epoch' }),
});
export type ClosedFrame = Static<typeof ClosedFrame>;

/** Nobody is certain about the past of this call: answer with `known` after a look at what is on the bus. */
export const RecallFrame = Type.Object({ t: Type.Literal('recall'), call: CallSid });
export type RecallFrame = Static<typeof RecallFrame>;

/**
 * What became of commands, by their numbers. `held`: they wait for the websocket of their call, and no longer count in the
 * window. `settled`: their outcome is decided and on the bus; `refused` is the same with the code of the refusal. `returned`:
 * this gateway had no effect on the call with them, try elsewhere.
 */
export const OutcomesFrame = Type.Object({
  t: Type.Literal('outcomes'),
  held: Type.Optional(Type.Array(Counter)),
  settled: Type.Optional(Type.Array(Counter)),
  refused: Type.Optional(Type.Array(Type.Tuple([Counter, RejectionCode]))),
  returned: Type.Optional(Type.Array(Counter)),
});
export type OutcomesFrame = Static<typeof OutcomesFrame>;

/** A later result of a command, derived from an event. */
export const VerbResult = Type.Object({
  command: Type.String(),
  verb: Type.String(),
  status: Type.Union([Type.Literal('started'), Type.Literal('finished'), Type.Literal('failed')]),
  detail: Type.Optional(Type.String()),
});
export type VerbResult = Static<typeof VerbResult>;

/**
 * A report: one message of jambonz, whose bytes are the payload. `n` counts the reports to one adapter from 1; `taken` names
 * it.
 */
export const EventFrame = Type.Object({
  t: Type.Literal('event'),
  n: Counter,
  call: CallSid,
  epoch: Counter,
  sequence: Counter,
  type: Type.String({ minLength: 1 }),
  time: Milliseconds,
  application: Type.String(),
  reset: Type.Optional(
    Type.Literal(true, { description: 'epoch and sequence begin anew, as the past is not to be had' }),
  ),
  causation: Type.Optional(
    Type.String({ description: 'id of the command that caused it; left out with a result, which names it' }),
  ),
  result: Type.Optional(VerbResult),
  decided: Type.Optional(
    Type.String({ description: 'with a result: the position up to which the commands of the call are decided' }),
  ),
  traceparent: Type.Optional(Traceparent),
});
export type EventFrame = Static<typeof EventFrame>;

/** The id of the command that caused an event; undefined when none did. */
export function causationOf({ causation, result }: EventFrame): string | undefined {
  return result === undefined ? causation : result.command;
}

/** A report: the outcome of one command. It has its place among the events of its call. */
export const ResultFrame = Type.Object({
  t: Type.Literal('result'),
  n: Counter,
  call: CallSid,
  command: Type.String({ minLength: 1, description: 'id of the command' }),
  name: Type.String({ description: 'the command, or "ack"' }),
  position: Type.String({ minLength: 1 }),
  decided: Type.Optional(
    Type.String({
      description: 'the same position, unless the command was refused ahead of others, which are not decided',
    }),
  ),
  published: Type.Number({ description: 'when the broker took the command, ms since the epoch' }),
  verdict: Verdict,
  replyTo: Type.Optional(Type.String()),
  traceparent: Type.Optional(Traceparent),
  tracestate: Type.Optional(Type.String()),
  parent: Type.Optional(Traceparent),
});
export type ResultFrame = Static<typeof ResultFrame>;

/**
 * A report: the outcome of a command that came by this connection, for the adapter which has the command still. It stands for
 * the `result` that both make up, and settles the command as soon as that is on the bus: no outcome follows.
 */
export const SettledFrame = Type.Object({
  t: Type.Literal('settled'),
  n: Counter,
  command: Type.Integer({ minimum: 1, description: 'number of the command on this connection' }),
  verdict: Verdict,
  ahead: Type.Optional(
    Type.Literal(true, { description: 'it was refused ahead of others of its call, which are not decided' }),
  ),
  traceparent: Type.Optional(Traceparent),
  parent: Type.Optional(Traceparent),
});
export type SettledFrame = Static<typeof SettledFrame>;

/**
 * Reports: commands that came by this connection were delivered, in the order of these reports, the first of which is `n`. Each
 * stands for a `settled`.
 */
export const DeliveredFrame = Type.Object({
  t: Type.Literal('delivered'),
  n: Counter,
  commands: Type.Array(Type.Integer({ minimum: 1 }), { description: 'numbers of the commands on this connection' }),
  at: Type.Array(Type.Number(), { description: 'when each was written, ms since the epoch' }),
});
export type DeliveredFrame = Static<typeof DeliveredFrame>;

/** Answer to `contested`: this gateway keeps the call. */
export const KeptFrame = Type.Object({
  t: Type.Literal('kept'),
  call: CallSid,
  as: Type.Union([Type.Literal('status'), Type.Literal('refused')], {
    description: '`status`: the other websocket tells the status of the call. `refused`: it is not from its peer',
  }),
});
export type KeptFrame = Static<typeof KeptFrame>;

/** What jambonz has said of a call that another gateway has; it is the payload, and goes there. */
export const RelayFrame = Type.Object({ t: Type.Literal('relay'), call: CallSid });
export type RelayFrame = Static<typeof RelayFrame>;

/** Answer to `draining`: no report comes any more, and all that were sent are on the bus. */
export const DrainedFrame = Type.Object({ t: Type.Literal('drained') });
export type DrainedFrame = Static<typeof DrainedFrame>;

/** The gateway is shutting down; its calls will move. */
export const GatewayDrainingFrame = Type.Object({ t: Type.Literal('draining') });
export type GatewayDrainingFrame = Static<typeof GatewayDrainingFrame>;

/** What a gateway says. */
export const GatewayFrame = Type.Union([
  EventFrame,
  DeliveredFrame,
  SettledFrame,
  ResultFrame,
  OutcomesFrame,
  OpenedFrame,
  ClosedFrame,
  RecallFrame,
  KeptFrame,
  RelayFrame,
  ReadyFrame,
  WelcomeFrame,
  DrainedFrame,
  GatewayDrainingFrame,
]);
export type GatewayFrame = Static<typeof GatewayFrame>;
