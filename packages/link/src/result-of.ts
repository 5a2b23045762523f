import type { CommandFrame } from './adapter-frames.ts';
import type { ResultFrame } from './gateway-frames.ts';
import type { Verdict } from './verdict.ts';

/** What the result of a command has that the command has not. */
export interface Outcome {
  readonly verdict: Verdict;
  /** False when it was refused ahead of others of its call, which are not decided. */
  readonly isInTurn: boolean;
  /** Trace context of the result, where its publisher gave none. */
  readonly traceparent: string | undefined;
  /** Trace context of the step that decided it. */
  readonly parent: string | undefined;
}

/** The result of a command: the same one whether the gateway makes it, or the adapter that has the command still. */
export function resultOf(command: Omit<CommandFrame, 't' | 'n'>, n: number, outcome: Outcome): ResultFrame {
  const { call, id, name, position, published, replyTo, resultTrace } = command;
  const { verdict, isInTurn, parent } = outcome;
  const traceparent = resultTrace?.traceparent ?? outcome.traceparent;
  const result: ResultFrame = { t: 'result', n, call, command: id, name, position, published, verdict };
  if (isInTurn) result.decided = position;
  if (replyTo !== undefined) result.replyTo = replyTo;
  if (traceparent !== undefined) result.traceparent = traceparent;
  if (resultTrace?.tracestate !== undefined) result.tracestate = resultTrace.tracestate;
  if (parent !== undefined) result.parent = parent;
  return result;
}
