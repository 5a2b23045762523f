import {
  type CommandParser,
  type CommandRules,
  createCommandParser,
  type InvalidCommand,
  type ParsedAck,
  type ParsedCommand,
  PlatformGeneration,
} from '../../src/jambonz/index.ts';

/** Every generation of servers, by the name in the setting. */
export const GENERATIONS: readonly PlatformGeneration[] = PlatformGeneration.anyOf.map(({ const: name }) => name);

/** A value as the payload of a record. */
export function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Bytes back to the value they are JSON of. */
export function json(payload: Uint8Array | undefined): unknown {
  return payload === undefined ? undefined : JSON.parse(new TextDecoder().decode(payload));
}

/** A command message; `more` goes beside `data`. */
export function command(name: string, data?: unknown, more: object = {}): Record<string, unknown> {
  return { type: 'command', command: name, ...(data !== undefined && { data }), ...more };
}

const parsers = new Map<string, CommandParser>();

/** The parser for these rules, compiled once for all tests of a file. */
export function parserWith(rules: Partial<CommandRules> = {}): CommandParser {
  const key = JSON.stringify(rules);
  const parser = parsers.get(key) ?? createCommandParser(rules);
  parsers.set(key, parser);
  return parser;
}

/** Parses what has to be a valid command. */
export function accept(value: unknown, rules?: Partial<CommandRules>): ParsedCommand {
  const result = parserWith(rules).parse(bytes(value));
  if (!result.ok) throw new Error(`refused: ${messagesOf(result).join(' | ')}`);
  if (result.kind !== 'command') throw new Error('an ack, not a command');
  return result;
}

/** Parses what has to be a valid ack. */
export function acceptAck(value: unknown, rules?: Partial<CommandRules>): ParsedAck {
  const result = parserWith(rules).parse(bytes(value));
  if (!result.ok) throw new Error(`refused: ${messagesOf(result).join(' | ')}`);
  if (result.kind !== 'ack') throw new Error('a command, not an ack');
  return result;
}

/** The messages of everything that is wrong with what has to be refused. */
export function refuse(value: unknown, rules?: Partial<CommandRules>): readonly string[] {
  const result = parserWith(rules).parse(bytes(value));
  if (result.ok) throw new Error(`accepted: ${JSON.stringify(value)}`);
  return messagesOf(result);
}

/** The `data` that would be written to the call's websocket. */
export function wireData(name: string, data: unknown, rules?: Partial<CommandRules>): unknown {
  return (json(accept(command(name, data), rules).payload) as { data: unknown }).data;
}

function messagesOf(result: InvalidCommand): readonly string[] {
  return result.faults.map((fault) => fault.message);
}
