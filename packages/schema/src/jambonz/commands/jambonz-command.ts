import type { Static, TSchema } from '@sinclair/typebox';
import { COMMANDS, type CommandName } from './registry.ts';

export type { CommandName } from './registry.ts';

/** Any command, told apart by `command`. */
export type JambonzCommand = { [Name in CommandName]: Static<(typeof COMMANDS)[Name]['schema']> }[CommandName];

/** The command with this name. */
export type JambonzCommandOf<Name extends CommandName> = Static<(typeof COMMANDS)[Name]['schema']>;

/** The names of all commands that are known. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];

/** What each command looks like: the schema of the whole message, and in words the right form of its `data`. */
export const COMMAND_FORMS: Readonly<Record<CommandName, { readonly schema: TSchema; readonly form: string }>> =
  COMMANDS;
