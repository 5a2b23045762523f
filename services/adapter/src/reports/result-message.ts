import type { BusMessage } from '@jambus/bus';
import type { Verdict } from '@jambus/link';
import type { CommandResult, ResultAttributes, TerminalResult } from '@jambus/schema';
import { isoTime } from './iso-time.ts';

/** What goes with a result besides what it says. */
export interface ResultContext {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
  /** The position up to which the commands of the call are decided. */
  readonly decided?: string | undefined;
  readonly replyTo?: string | undefined;
}

/** The terminal result of a command. */
export function commandResult(
  callSid: string,
  commandId: string,
  { status, code, detail, at }: Verdict,
): TerminalResult {
  const time = isoTime(at);
  // The compiler cannot see that a rejected command has a code, and no other.
  // Nearly all results.
  if (code === undefined && detail === undefined) return { commandId, callSid, status, at: time } as TerminalResult;
  return {
    commandId,
    callSid,
    status,
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    at: time,
  } as TerminalResult;
}

/**
 * A result as it goes on the bus.
 *
 * @param id its CloudEvents id. Made from what the result is about, never at random: when a crash makes it come twice, a
 *   reader can tell.
 */
export function resultMessage(result: CommandResult, id: string, context: ResultContext): BusMessage {
  const { traceparent, tracestate, decided, replyTo } = context;
  const attributes: ResultAttributes = {
    specversion: '1.0',
    id,
    type: `jambus.command.${result.status}`,
    source: '/jambus',
    subject: result.callSid,
    time: result.at,
    causationid: result.commandId,
    traceparent,
    'content-type': 'application/json',
  };
  if (decided !== undefined) attributes.decidedposition = decided;
  // It means something only beside the context it came with.
  if (tracestate !== undefined) attributes.tracestate = tracestate;
  const payload = Buffer.from(JSON.stringify(result));
  return { channel: 'results', callSid: result.callSid, type: result.status, replyTo, attributes, payload };
}

/** The CloudEvents id of the terminal result of the command at this place in the broker. */
export function terminalResultId(position: string): string {
  return `result/${position}`;
}
