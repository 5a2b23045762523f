import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { JambonzAck } from './commands/ack.ts';
import { CLOSED, Enum } from './commands/command.ts';
import { explain } from './commands/explain.ts';
import { COMMANDS, type CommandDefinition } from './commands/registry.ts';
import { at, clip, type Fault, faultAt, inWords, MAX_FAULTS, pathOf, ROOT } from './fault.ts';
import { decodeObject, type JsonObject } from './json/decode.ts';
import { memberBytes } from './json/member-bytes.ts';
import { didYouMean } from './suggest.ts';
import { createVerbChecker } from './verbs/index.ts';

/** How strictly commands are taken. */
export const CommandRules = Type.Object(
  {
    unknownCommands: Type.Unsafe<'refuse' | 'pass'>({
      ...Enum(['refuse', 'pass']),
      description: 'What becomes of a command that is not known here: refused, or passed on byte for byte unchecked',
    }),
    verbCheck: Type.Unsafe<'strict' | 'schema'>({
      ...Enum(['strict', 'schema']),
      description: 'strict: verbs must pass what jambonz 0.9.8 accepts too; schema: @jambonz/schema, for newer servers',
    }),
    normalise: Type.Boolean({
      description: 'Turn documented forms that the server would ignore into the ones it acts on',
    }),
  },
  CLOSED,
);
export type CommandRules = Static<typeof CommandRules>;

export const DEFAULT_COMMAND_RULES: CommandRules = Object.freeze({
  unknownCommands: 'refuse',
  verbCheck: 'strict',
  normalise: true,
});

/** A command that may go to a call. */
export interface ParsedCommand {
  readonly ok: true;
  readonly kind: 'command';
  readonly command: string;
  /** What to write to the websocket: the very payload that was parsed, unless normalising had to change it. */
  readonly payload: Uint8Array;
  /** The ids under which jambonz will report the verbs of this command. */
  readonly verbIds: readonly string[];
  /** Its verbs take the place of those that wait; otherwise they are queued, or there are none. */
  readonly replaces: boolean;
  /**
   * Of a `redirect` with at least one verb, the JSON array of its verbs, fit to be the `data` of an ack; of any other
   * command undefined. A view into `payload`, found when asked for.
   */
  applicationBytes(): Uint8Array | undefined;
}

/** An answer to a message of jambonz. */
export interface ParsedAck {
  readonly ok: true;
  readonly kind: 'ack';
  readonly msgid: string;
  /** The JSON array of its verbs, a view into the payload; undefined when there are none. */
  readonly verbs: Uint8Array | undefined;
  readonly verbIds: readonly string[];
  /** It has verbs, which take the place of those that wait. */
  readonly replaces: boolean;
}

/** A payload that must not go to a call, and everything that is wrong with it. */
export interface InvalidCommand {
  readonly ok: false;
  readonly faults: readonly Fault[];
}

export interface CommandParser {
  /** Reads the payload of one record of the commands channel. Never throws, whatever the bytes are. */
  parse(payload: Uint8Array): ParsedCommand | ParsedAck | InvalidCommand;
}

const NO_IDS: readonly string[] = Object.freeze([]);
const DATA = at(ROOT, 'data');
const DATA_PATH = pathOf(DATA);

interface CompiledCommand extends CommandDefinition {
  fits(message: unknown): boolean;
}

/** Compiles every schema: takes some 200 ms the first time, so call it once, at start-up. */
export function createCommandParser(rules: Partial<CommandRules> = {}): CommandParser {
  const settings = { ...DEFAULT_COMMAND_RULES, ...rules };
  const verbs = createVerbChecker(settings.verbCheck);
  const commands = compileCommands();
  const fitsAck = compile(JambonzAck);

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
    const wanted = settings.normalise && command.normalise !== undefined ? command.normalise(data) : data;
    const changed = wanted !== data;
    const wire = changed ? { ...message, data: wanted } : message;
    if (!command.fits(wire)) return invalid(misfits(command, name, message, wire));

    const faults: Fault[] = [];
    const ids: string[] = [];
    command.check?.(wanted, verbs, DATA, faults, ids);
    if (faults.length > 0) return invalid(faults);
    const replaces = name === 'redirect' && message['queueCommand'] !== true;
    return parsed(name, wanted, changed ? encode(wire) : payload, ids, replaces);
  }

  function parseAck(message: JsonObject, payload: Uint8Array): ParsedAck | InvalidCommand {
    if (!fitsAck(message)) return invalid(explain(JambonzAck, message, ROOT, 'ack'));
    const { msgid, data } = message as JambonzAck;
    const faults: Fault[] = [];
    const ids: string[] = [];
    const given = data !== undefined && data !== null && data.length > 0;
    if (given) verbs.application(data, DATA, faults, ids);
    if (faults.length > 0) return invalid(faults);
    const application = given ? dataBytes(payload, data) : undefined;
    return { ok: true, kind: 'ack', msgid, verbs: application, verbIds: unique(ids), replaces: given };
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

function parsed(
  command: string,
  data: unknown,
  payload: Uint8Array,
  ids: readonly string[],
  replaces: boolean,
): ParsedCommand {
  const isApplication = command === 'redirect' && Array.isArray(data) && data.length > 0;
  return {
    ok: true,
    kind: 'command',
    command,
    payload,
    verbIds: unique(ids),
    replaces,
    applicationBytes: isApplication ? () => dataBytes(payload, data) : none,
  };
}

function passed(command: string, payload: Uint8Array): ParsedCommand {
  return { ok: true, kind: 'command', command, payload, verbIds: NO_IDS, replaces: false, applicationBytes: none };
}

function none(): undefined {
  return undefined;
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

function invalid(faults: readonly Fault[]): InvalidCommand {
  return { ok: false, faults: faults.length > MAX_FAULTS ? faults.slice(0, MAX_FAULTS) : faults };
}

/** Speaks of the message as it was sent, unless only the normalised one is at fault. */
function misfits(command: CompiledCommand, name: string, sent: JsonObject, wire: JsonObject): readonly Fault[] {
  const faults = explain(command.schema, sent, ROOT, name);
  const told = faults.length > 0 ? faults : explain(command.schema, wire, ROOT, name);
  return told.map((fault) => (fault.path === DATA_PATH ? withForm(fault, command.form, name) : fault));
}

/** Whoever has `data` wrong as a whole is told its right form. */
function withForm(fault: Fault, form: string, name: string): Fault {
  return faultAt(DATA, form, fault.got, `${name} takes ${form} as "data", got ${fault.got}`);
}

function wrongType(type: unknown): Fault {
  const got = inWords(type);
  const near = typeof type === 'string' ? didYouMean(type, ['command', 'ack']) : '';
  return faultAt(at(ROOT, 'type'), '"command" or "ack"', got, `"type" must be "command" or "ack", got ${got}${near}`);
}

function missingCommand(command: unknown): Fault {
  const problem = `a command needs "command" with its name, got ${inWords(command)}`;
  return faultAt(at(ROOT, 'command'), 'the name of a command', inWords(command), problem);
}

function misaddressed(callSid: unknown): Fault {
  const problem = 'jambonz ignores "call_sid" in a command and would act on the A-leg; name another leg with "callSid"';
  return faultAt(at(ROOT, 'call_sid'), '"callSid"', inWords(callSid), problem);
}

function unknownCommand(name: string, known: Iterable<string>): Fault {
  const names = [...known];
  const problem = `jambonz has no command ${JSON.stringify(clip(name, 40))}${didYouMean(name, names)}`;
  return faultAt(at(ROOT, 'command'), names.join(', '), inWords(name), problem);
}
