import type { BusMessage } from '@jambus/bus';
import type { CommandResult, ResultAttributes } from '@jambus/schema';

/**
 * A result as it goes on the bus.
 *
 * @param id its CloudEvents id. Made from what the result is about, never at random: when a crash makes it come twice, a
 *   reader can tell.
 */
export function resultMessage(result: CommandResult, id: string, traceparent: string): BusMessage {
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
  const payload = Buffer.from(JSON.stringify(result));
  return { channel: 'results', callSid: result.callSid, type: result.status, attributes, payload };
}

/** The same, with what others have put beside the trace context of its command, which is only handed on. */
export function withTracestate(message: BusMessage, tracestate: string): BusMessage {
  return { ...message, attributes: { ...message.attributes, tracestate } };
}

/** The CloudEvents id of the terminal result of the command at this place in the broker. */
export function terminalResultId(position: string): string {
  return `result/${position}`;
}
