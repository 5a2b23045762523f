import { type Static, Type } from '@sinclair/typebox';
import { CLOSED, Enum } from './commands/command.ts';
import { DEFAULT_PLATFORM, PlatformGeneration } from './generation.ts';

/** How strictly commands are taken. */
export const CommandRules = Type.Object(
  {
    platform: Type.Unsafe<PlatformGeneration>({
      ...PlatformGeneration,
      description:
        'The generation of jambonz behind the calls: which verbs are taken, and which commands have an effect',
    }),
    unknownCommands: Type.Unsafe<'refuse' | 'pass'>({
      ...Enum(['refuse', 'pass']),
      description:
        'What becomes of a command that no known generation has: refused, or passed on byte for byte unchecked. Not a ' +
        'matter of the platform: what passes here is mostly a typo, whichever servers there are',
    }),
    normalise: Type.Boolean({
      description: 'Turn documented forms that the server would ignore into the ones it acts on',
    }),
  },
  CLOSED,
);
export type CommandRules = Static<typeof CommandRules>;

export const DEFAULT_COMMAND_RULES: CommandRules = Object.freeze({
  platform: DEFAULT_PLATFORM,
  unknownCommands: 'refuse',
  normalise: true,
});
