import { type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';

/** What the schema of one setting may say beyond JSON Schema. TypeBox carries unknown keywords along untouched. */
export interface SettingNotes {
  /** The value is never shown: not in a message, not in a log line, not in the help. */
  readonly secret?: true;
  /** For people: what a value must be. Left out, it is told from the type and the limits. */
  readonly expects?: string;
  /** The default as one would write it in the environment, where the value itself does not show that. */
  readonly defaultText?: string;
  /**
   * Text of the variable → value, for settings with a notation of their own. Gives back the text unchanged when it cannot
   * be read; the check against the schema then fails.
   */
  readonly parse?: (text: string) => unknown;
}

/** A demand on several settings together. It is only looked at when each of them is good by itself. */
export interface ConfigRule<Name extends string = string> {
  /** The settings it is about. */
  readonly of: readonly Name[];
  /** Looked at also when some of them are not set, which are undefined then. */
  readonly alsoUnset?: true;
  /** Undefined when all is well, else what is wrong and what is expected instead. */
  check(values: Readonly<Record<Name, unknown>>): string | undefined;
}

/** The settings of one service: a TypeBox object of flat settings, and the rules between them. */
export type ConfigSchema<Settings extends TProperties = TProperties> = TObject<Settings> & {
  readonly rules: readonly ConfigRule[];
};

/** Builds a service's schema. Settings are optional only through `Type.Optional`; one without default must be given. */
export function configSchema<Settings extends TProperties>(
  settings: Settings,
  rules: readonly ConfigRule<keyof Settings & string>[] = [],
): ConfigSchema<Settings> {
  return Object.assign(Type.Object(settings, { additionalProperties: false }), { rules });
}

/** The notes on a setting. TypeBox types unknown keywords as anything; this is the one place that says what they are. */
export function notesOf(setting: TSchema): SettingNotes {
  return setting as SettingNotes;
}

/** No two of these ports may be the same; 0 stands for any free port and is never the same. */
export function distinctPorts<Name extends string>(...ports: readonly Name[]): ConfigRule<Name> {
  return {
    of: ports,
    check(values) {
      const given = ports.map((port) => values[port]).filter((port) => port !== 0);
      if (new Set(given).size === given.length) return undefined;
      return `got ${given.join(', ')}, expected different ports`;
    },
  };
}

/** `larger` must not be less than `smaller`; `why` is for people. A `larger` of 0 passes when 0 means "off". */
export function atLeast<Name extends string>(
  larger: Name,
  smaller: Name,
  why: string,
  options: { readonly zeroIsOff?: boolean } = {},
): ConfigRule<Name> {
  return {
    of: [larger, smaller],
    check(values) {
      const high = Number(values[larger]);
      const low = Number(values[smaller]);
      if (high >= low || (high === 0 && options.zeroIsOff === true)) return undefined;
      return `got ${high} and ${low}, expected the first to be at least the second: ${why}`;
    },
  };
}

/** All of these settings are set, or none. */
export function together<Name extends string>(...settings: readonly Name[]): ConfigRule<Name> {
  return {
    of: settings,
    alsoUnset: true,
    check(values) {
      const set = settings.filter((setting) => values[setting] !== undefined);
      if (set.length === 0 || set.length === settings.length) return undefined;
      return settings.length === 2 ? 'only one is set, expected both or neither' : 'expected all or none';
    },
  };
}
