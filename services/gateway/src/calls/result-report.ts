import type { ResultFrame, Verdict } from '@jambus/link';
import type { Report, ReportLink } from '../reports/report.ts';
import type { Call } from './call.ts';
import type { InboundCommand } from './inbound-command.ts';

const NOTHING = new Uint8Array(0);

/**
 * The outcome of a command as it goes to the bus, among the events of its call. The adapters that
 * read the command are told when it is there.
 *
 * @param decided its position; undefined when it was refused ahead of others, which are not decided
 */
export function resultReport(
  call: Pick<Call, 'traceparent' | 'resultTaken'>,
  command: InboundCommand,
  verdict: Verdict,
  decided: string | undefined,
): Report {
  const { call: callSid, id, name, position, published, replyTo, resultTrace } = command.frame;
  const traceparent = resultTrace?.traceparent ?? call.traceparent;
  const frame: ResultFrame = { t: 'result', n: 0, call: callSid, command: id, name, position, published, verdict };
  // One that has expired is known by its time, whoever looks and in whatever order.
  if (decided !== undefined && verdict.code !== 'expired') frame.decided = decided;
  if (replyTo !== undefined) frame.replyTo = replyTo;
  if (traceparent !== undefined) frame.traceparent = traceparent;
  if (resultTrace?.tracestate !== undefined) frame.tracestate = resultTrace.tracestate;
  if (command.span.traceparent !== undefined) frame.parent = command.span.traceparent;
  const { link } = command;
  const onTaken = (by: ReportLink | undefined): void => {
    command.settle(verdict.code, by === link);
    if (decided !== undefined) call.resultTaken(decided, verdict.code);
  };
  return { frame, payload: NOTHING, answers: { link, n: command.frame.n }, onTaken };
}
