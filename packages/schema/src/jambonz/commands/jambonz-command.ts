import type { Static } from '@sinclair/typebox';
import { COMMANDS, type CommandName } from './registry.ts';

export type { CommandName } from './registry.ts';

/** Any command, told apart by `command`. */
export type JambonzCommand = { [Name in CommandName]: Static<(typeof COMMANDS)[Name]['schema']> }[CommandName];

/** The command with this name. */
export type JambonzCommandOf<Name extends CommandName> = Static<(typeof COMMANDS)[Name]['schema']>;

/** The names of all commands that are known. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];
