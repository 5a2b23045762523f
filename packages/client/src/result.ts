import { CommandResult, JambusError, type RejectedResult, type TerminalResult } from '@jambus/schema';
import { TypeCompiler } from '@sinclair/typebox/compiler';

const check = TypeCompiler.Compile(CommandResult);
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads one record of the results channel.
 *
 * @throws JambusError `bad_message` when it is not what jambus publishes
 */
export function readResult(payload: Uint8Array): CommandResult {
  const value = parse(payload);
  if (check.Check(value)) return value;
  const fault = check.Errors(value).First();
  throw new JambusError(
    'bad_message',
    `a result that is none: ${fault?.path || '/'}: ${fault?.message ?? 'not valid'}`,
  );
}

/** Whether it is the one outcome of its command, and not news about a verb. */
export function isTerminal(result: CommandResult): result is TerminalResult {
  return result.status === 'delivered' || result.status === 'rejected';
}

/** The answer to a command whose id was there before. */
export function duplicateOf(callSid: string, commandId: string): RejectedResult {
  return {
    commandId,
    callSid,
    status: 'rejected',
    code: 'duplicate',
    detail: 'a command with this id has been sent to this call before',
    at: new Date().toISOString(),
  };
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(payload));
  } catch (cause) {
    // The cause can quote the payload, so only its kind is told.
    throw new JambusError('bad_message', `a result that is not JSON (${payload.byteLength} bytes)`, {
      cause: cause instanceof Error ? cause.name : undefined,
    });
  }
}
