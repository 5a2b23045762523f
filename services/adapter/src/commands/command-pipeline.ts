import type { CommandHandler, CommandRecord, Outcome } from '@jambus/bus';
import {
  type CommandEnvelope,
  type CommandParser,
  type CommandResult,
  describeFaults,
  type ParsedAck,
  type ParsedCommand,
  readCommandEnvelope,
} from '@jambus/schema';
import type { LinkCommand } from '../link/gateway-link.ts';
import type { CommandRouter } from './command-router.ts';

export interface CommandPipelineOptions {
  readonly parser: CommandParser;
  readonly router: CommandRouter;
  /** Publishes a terminal result; resolves when the bus has it. */
  readonly publishResult: (result: CommandResult, record: CommandRecord) => Promise<void>;
  /** Life of a command without `expirytime`, in ms. */
  readonly commandTtlMs: number;
  /** Told once for each terminal outcome. */
  readonly onOutcome: (command: string, result: CommandResult, detail: string | undefined) => void;
}

/** What a record turned out to be. */
type Decoded =
  | { readonly ok: true; readonly command: LinkCommand; readonly payload: Uint8Array }
  | { readonly ok: false; readonly id: string; readonly code: 'invalid'; readonly detail: string };

const DONE: Outcome = { kind: 'done' };
const STOPPED: Outcome = { kind: 'retry', afterMs: 0, reason: 'the adapter stops' };
const NO_VERBS = new Uint8Array(0);

/**
 * The way of one record: decode, validate, route, publish its one result. What comes back tells the driver whether the
 * record is done with, belongs to the dead letters, or has to be read again.
 */
export function createCommandPipeline(options: CommandPipelineOptions): CommandHandler {
  const settle = async (
    record: CommandRecord & { readonly callSid: string },
    name: string,
    outcome: Pick<CommandResult, 'commandId' | 'status' | 'code' | 'detail'>,
  ): Promise<void> => {
    const { code, detail } = outcome;
    const result: CommandResult = {
      commandId: outcome.commandId,
      callSid: record.callSid,
      status: outcome.status,
      ...(code === undefined ? {} : { code }),
      ...(detail === undefined ? {} : { detail }),
      at: new Date().toISOString(),
    };
    await options.publishResult(result, record);
    options.onOutcome(name, result, detail);
  };

  return async (record, signal) => {
    if (!hasCall(record)) {
      return {
        kind: 'dead-letter',
        reason: 'invalid',
        detail: 'the record names no call: it has neither key nor subject',
      };
    }
    const decoded = decode(record, options);
    if (!decoded.ok) {
      const { id: commandId, code, detail } = decoded;
      await settle(record, 'none', { commandId, status: 'rejected', code, detail });
      return { kind: 'dead-letter', reason: code, detail };
    }
    const { command, payload } = decoded;
    const outcome = await options.router.route(command, payload, record.publishedAt, signal);
    if (outcome.status === 'stopped') return STOPPED;
    await settle(record, command.name, { commandId: command.id, ...outcome });
    return DONE;
  };
}

function hasCall(record: CommandRecord): record is CommandRecord & { readonly callSid: string } {
  return record.callSid !== undefined && record.callSid !== '';
}

function decode(
  record: CommandRecord & { readonly callSid: string },
  { parser, commandTtlMs }: CommandPipelineOptions,
): Decoded {
  const envelope = readCommandEnvelope(record.attributes, record, commandTtlMs);
  if ('fault' in envelope) {
    return { ok: false, id: record.attributes['id'] || record.position, code: 'invalid', detail: envelope.fault };
  }
  const parsed = parser.parse(record.payload);
  if (!parsed.ok) return { ok: false, id: envelope.id, code: 'invalid', detail: describeFaults(parsed.faults) };
  const payload = parsed.kind === 'ack' ? (parsed.verbs ?? NO_VERBS) : parsed.payload;
  return { ok: true, command: linkCommand(record, envelope, parsed), payload };
}

function linkCommand(
  record: CommandRecord & { readonly callSid: string },
  envelope: CommandEnvelope,
  parsed: ParsedCommand | ParsedAck,
): LinkCommand {
  const { id, expiresAt, ifverbid, ifsequence } = envelope;
  return {
    call: record.callSid,
    id,
    position: record.position,
    name: parsed.kind === 'ack' ? 'ack' : parsed.command,
    ...(parsed.kind === 'ack' ? { msgid: parsed.msgid } : {}),
    verbs: [...parsed.verbIds],
    expires: expiresAt,
    ...(ifverbid === undefined ? {} : { ifverbid }),
    ...(ifsequence === undefined ? {} : { ifsequence }),
  };
}
