import { type Static, Type } from '@sinclair/typebox';

/** Why a command was not put on its call's websocket. Closed; each is the end of that command. */
export const RejectionCode = Type.Union(
  [
    Type.Literal('invalid'),
    Type.Literal('unknown_call'),
    Type.Literal('call_ended'),
    Type.Literal('expired'),
    Type.Literal('too_large'),
    Type.Literal('duplicate'),
    Type.Literal('precondition_failed'),
    Type.Literal('unauthorized'),
  ],
  {
    $id: 'RejectionCode',
    description: 'Of a rejected command: why. unauthorized: JAMBUS_ALLOW_COMMANDS of the adapters does not have it',
  },
);
export type RejectionCode = Static<typeof RejectionCode>;

/** The first two are terminal; `delivered` does not mean executed, which jambonz never confirms. */
export const ResultStatus = Type.Union(
  [
    Type.Literal('delivered'),
    Type.Literal('rejected'),
    Type.Literal('started'),
    Type.Literal('finished'),
    Type.Literal('failed'),
  ],
  {
    $id: 'ResultStatus',
    description:
      'delivered: written to the websocket of the call. rejected: it has no effect on the call. Every ' +
      'command gets exactly one of these. started, finished, failed: later, of a verb that has an id',
  },
);
export type ResultStatus = Static<typeof ResultStatus>;

/** What all results have. */
interface ResultBase {
  /** CloudEvents id of the command, or the id derived from its broker position. */
  readonly commandId: string;
  /** The call_sid that the command was addressed to. */
  readonly callSid: string;
  /** When it was decided, RFC 3339 in UTC. */
  readonly at: string;
}

/** The command was written to the websocket of the call. */
export interface DeliveredResult extends ResultBase {
  readonly status: 'delivered';
  readonly code?: never;
  /** For people: what of it has no effect on this server. */
  readonly detail?: string;
  readonly verbId?: never;
}

/** The command has no effect on the call. */
export interface RejectedResult extends ResultBase {
  readonly status: 'rejected';
  readonly code: RejectionCode;
  /** For people: what was wrong, where, and what was expected. */
  readonly detail?: string;
  readonly verbId?: never;
}

/** How a verb with an id goes that the command brought. */
export interface VerbResult extends ResultBase {
  readonly status: 'started' | 'finished' | 'failed';
  readonly code?: never;
  /** Of a verb that failed: why. For people. */
  readonly detail?: string;
  readonly verbId: string;
}

/** The one outcome of a command. */
export type TerminalResult = DeliveredResult | RejectedResult;

/** What became of a command, told apart by `status`. */
export type CommandResult = TerminalResult | VerbResult;

/** The payload of the results channel. */
export const CommandResult = Type.Unsafe<CommandResult>(
  Type.Object(
    {
      commandId: Type.String({
        description: 'CloudEvents id of the command, or the id derived from its broker position',
      }),
      callSid: Type.String({ description: 'The call_sid that the command was addressed to' }),
      status: ResultStatus,
      code: Type.Optional(RejectionCode),
      detail: Type.Optional(Type.String({ description: 'For people: what was wrong, where, and what was expected' })),
      verbId: Type.Optional(Type.String({ description: 'On started, finished and failed: the verb it is about' })),
      at: Type.String({ description: 'When it was decided, RFC 3339 in UTC' }),
    },
    { $id: 'CommandResult', description: 'What became of a command' },
  ),
);
