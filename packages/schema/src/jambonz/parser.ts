import type { TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { JambonzAck } from './commands/ack.ts';
import { explain } from './commands/explain.ts';
import { lostOn09, unknownTo09 } from './commands/lost.ts';
import { COMMANDS, type CommandDefinition } from './commands/registry.ts';
import { type Fault, ROOT } from './fault.ts';
import { decodeObject, isObject, type JsonObject } from './json/decode.ts';
import { memberBytes } from './json/member-bytes.ts';
import type { ApplicationEffect, InvalidCommand, ParsedAck, ParsedCommand } from './parsed.ts';
import { DATA, invalid, misaddressed, misfits, missingCommand, unknownCommand, wrongType } from './refusals.ts';
import { type CommandRules, DEFAULT_COMMAND_RULES } from './rules.ts';
import { credentialWarnings, mentionsBasicAuth, withHookCredentials } from './verbs/hook-credentials.ts';
import { createVerbChecker, hooksOf, type NamedHook } from './verbs/index.ts';
import type { Warning } from './warning.ts';

export interface CommandParser {
  /** Reads the payload of one record of the commands channel. Never throws, whatever the bytes are. */
  parse(payload: Uint8Array): ParsedCommand | ParsedAck | InvalidCommand;
}

const EMPTY_LIST = Buffer.from('[]');
const NO_IDS: readonly string[] = Object.freeze([]);
const NO_HOOKS: readonly NamedHook[] = Object.freeze([]);
const NO_WARNINGS: readonly Warning[] = Object.freeze([]);

interface CompiledCommand extends CommandDefinition {
  fits(message: unknown): boolean;
}

/** Compiles every schema: takes some 200 ms the first time, so call it once, at start-up. */
export function createCommandParser(rules: Partial<CommandRules> = {}): CommandParser {
  const settings = { ...DEFAULT_COMMAND_RULES, ...rules };
  const isOld = settings.platform === 'open-source-0.9';
  const verbs = createVerbChecker(settings.platform);
  // What stands in a command that 0.9.8 does not have is not for 0.9.8 to judge.
  const newerVerbs = isOld ? createVerbChecker('tolerant') : verbs;
  const commands = compileCommands();
  const fitsAck = compile(JambonzAck);
  const doublesCredentials = settings.normalise && settings.platform !== '10.x';

  function parseCommand(message: JsonObject, payload: Uint8Array): ParsedCommand | InvalidCommand {
    const name = message['command'];
    if (typeof name !== 'string' || name === '') return invalid([missingCommand(name)]);
    if (Object.hasOwn(message, 'call_sid')) return invalid([misaddressed(message['call_sid'])]);
    const command = commands.get(name);
    if (command === undefined) {
      return settings.unknownCommands === 'pass'
        ? passed(name, payload)
        : invalid([unknownCommand(name, commands.keys())]);
    }
    const data = message['data'];
    const mentions = command.hooks !== undefined && mentionsBasicAuth(payload);
    const formed = settings.normalise && command.normalise !== undefined ? command.normalise(data) : data;
    const wanted = doublesCredentials && mentions ? withHookCredentials(formed) : formed;
    const changed = wanted !== data;
    const wire = changed ? { ...message, data: wanted } : message;
    if (!command.fits(wire)) return invalid(misfits(command, name, message, wire));

    const faults: Fault[] = [];
    const ids: string[] = [];
    command.check?.(wanted, command.newer === true ? newerVerbs : verbs, DATA, faults, ids);
    if (faults.length > 0) return invalid(faults);
    const sent = changed ? encode(wire) : payload;
    return {
      ok: true,
      kind: 'command',
      command: name,
      payload: sent,
      verbIds: unique(ids),
      warnings: isOld ? warningsOf(name, command, wanted, mentions) : NO_WARNINGS,
      application: effectOf(name, wanted, message['queueCommand'] === true),
      hooks: command.hooks === 'this-call' ? () => hooksOf(wanted) : noHooks,
      applicationBytes: isApplication(name, wanted) ? () => dataBytes(sent, wanted) : none,
    };
  }

  function parseAck(message: JsonObject, payload: Uint8Array): ParsedAck | InvalidCommand {
    if (!fitsAck(message)) return invalid(explain(JambonzAck, message, ROOT, 'ack'));
    const { msgid, data } = message as JambonzAck;
    const given = data !== undefined && data !== null && data.length > 0;
    if (!given) return emptyAck(msgid, Array.isArray(data));
    const mentions = mentionsBasicAuth(payload);
    const wanted = doublesCredentials && mentions ? withHookCredentials(data) : data;
    const faults: Fault[] = [];
    const ids: string[] = [];
    verbs.application(wanted, DATA, faults, ids);
    if (faults.length > 0) return invalid(faults);
    return {
      ok: true,
      kind: 'ack',
      msgid,
      verbs: wanted === data ? dataBytes(payload, data) : encode(wanted),
      verbIds: unique(ids),
      warnings: isOld && mentions ? credentialWarnings(wanted, DATA) : NO_WARNINGS,
      application: 'replaces',
      hooks: () => hooksOf(wanted),
    };
  }

  return {
    parse(payload) {
      const decoded = decodeObject(payload);
      if (!decoded.ok) return invalid([decoded.fault]);
      const type = decoded.value['type'];
      if (type === 'command') return parseCommand(decoded.value, payload);
      if (type === 'ack') return parseAck(decoded.value, payload);
      return invalid([wrongType(type)]);
    },
  };
}

function compileCommands(): ReadonlyMap<string, CompiledCommand> {
  const compiled = new Map<string, CompiledCommand>();
  for (const [name, definition] of Object.entries<CommandDefinition>(COMMANDS)) {
    compiled.set(name, { ...definition, fits: compile(definition.schema) });
  }
  return compiled;
}

function compile(schema: TSchema): (value: unknown) => boolean {
  const check = TypeCompiler.Compile(schema);
  return (value) => check.Check(value);
}

/** What 0.9.8 makes nothing of. */
function warningsOf(name: string, command: CommandDefinition, data: unknown, mentions: boolean): readonly Warning[] {
  if (command.newer === true) return [unknownTo09(name, ROOT)];
  const lost = command.lost === undefined ? NO_WARNINGS : lostOn09(data, command.lost, DATA);
  return mentions ? [...lost, ...credentialWarnings(data, DATA)] : lost;
}

function effectOf(name: string, data: unknown, queued: boolean): ApplicationEffect {
  if (name !== 'redirect') return 'keeps';
  if (Array.isArray(data)) return queued ? 'queues' : 'replaces';
  // Hooks and verbs for the child leg alone leave the parent with the verbs it has.
  return isObject(data) && ('call_hook' in data || 'parent_call' in data) ? 'replaces' : 'keeps';
}

function isApplication(name: string, data: unknown): boolean {
  return name === 'redirect' && Array.isArray(data) && data.length > 0;
}

function passed(command: string, payload: Uint8Array): ParsedCommand {
  return {
    ok: true,
    kind: 'command',
    command,
    payload,
    verbIds: NO_IDS,
    warnings: NO_WARNINGS,
    application: 'keeps',
    hooks: noHooks,
    applicationBytes: none,
  };
}

/** @param list whether it has verbs, none of them: to `session:redirect` that clears those that wait, no data leaves them */
function emptyAck(msgid: string, list: boolean): ParsedAck {
  return {
    ok: true,
    kind: 'ack',
    msgid,
    verbs: list ? EMPTY_LIST : undefined,
    verbIds: NO_IDS,
    warnings: NO_WARNINGS,
    application: 'keeps',
    hooks: noHooks,
  };
}

function none(): undefined {
  return undefined;
}

function noHooks(): readonly NamedHook[] {
  return NO_HOOKS;
}

/** The bytes of `data` as they stand in the payload; written anew only where names are spelled with escapes. */
function dataBytes(payload: Uint8Array, data: unknown): Uint8Array {
  return memberBytes(payload, 'data') ?? encode(data);
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

function unique(ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return NO_IDS;
  return ids.length === 1 ? ids : [...new Set(ids)];
}
