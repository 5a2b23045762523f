import type { TSchema } from '@sinclair/typebox';
import { explain } from './commands/explain.ts';
import { at, clip, type Fault, faultAt, inWords, MAX_FAULTS, pathOf, ROOT } from './fault.ts';
import type { JsonObject } from './json/decode.ts';
import type { InvalidCommand } from './parsed.ts';
import { didYouMean } from './suggest.ts';

export const DATA = at(ROOT, 'data');
const DATA_PATH = pathOf(DATA);

export function invalid(faults: readonly Fault[]): InvalidCommand {
  return { ok: false, faults: faults.length > MAX_FAULTS ? faults.slice(0, MAX_FAULTS) : faults };
}

/** Speaks of the message as it was sent, unless only the normalised one is at fault. */
export function misfits(
  command: { readonly schema: TSchema; readonly form: string },
  name: string,
  sent: JsonObject,
  wire: JsonObject,
): readonly Fault[] {
  const faults = explain(command.schema, sent, ROOT, name);
  const told = faults.length > 0 ? faults : explain(command.schema, wire, ROOT, name);
  return told.map((fault) => (fault.path === DATA_PATH ? withForm(fault, command.form, name) : fault));
}

/** Whoever has `data` wrong as a whole is told its right form. */
function withForm(fault: Fault, form: string, name: string): Fault {
  return faultAt(DATA, form, fault.got, `${name} takes ${form} as "data", got ${fault.got}`);
}

export function wrongType(type: unknown): Fault {
  const got = inWords(type);
  const near = typeof type === 'string' ? didYouMean(type, ['command', 'ack']) : '';
  return faultAt(at(ROOT, 'type'), '"command" or "ack"', got, `"type" must be "command" or "ack", got ${got}${near}`);
}

export function missingCommand(command: unknown): Fault {
  const problem = `a command needs "command" with its name, got ${inWords(command)}`;
  return faultAt(at(ROOT, 'command'), 'the name of a command', inWords(command), problem);
}

export function misaddressed(callSid: unknown): Fault {
  const problem = 'jambonz ignores "call_sid" in a command and would act on the A-leg; name another leg with "callSid"';
  return faultAt(at(ROOT, 'call_sid'), '"callSid"', inWords(callSid), problem);
}

export function unknownCommand(name: string, known: Iterable<string>): Fault {
  const names = [...known];
  const problem = `jambonz has no command ${JSON.stringify(clip(name, 40))}${didYouMean(name, names)}`;
  return faultAt(at(ROOT, 'command'), names.join(', '), inWords(name), problem);
}
