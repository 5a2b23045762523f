import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** A service of a compose file, as far as the tests look at it. */
export interface ComposeService {
  readonly profiles?: readonly string[];
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly replicas?: number };
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly volumes?: readonly { readonly source: string; readonly target: string }[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a compose file as `docker compose` does: merge keys, and `${…}` in texts from the environment. */
export async function readCompose(path: string, environment: Environment): Promise<ComposeFile> {
  const file: unknown = parse(await readFile(path, 'utf8'), { merge: true });
  return interpolated(file, environment) as ComposeFile; // Checked against the specification's schema by a test.
}

function interpolated(value: unknown, environment: Environment): unknown {
  if (typeof value === 'string') return interpolate(value, environment);
  if (Array.isArray(value)) return value.map((item) => interpolated(item, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolated(item, environment)]));
}

const VARIABLE = /\$\$|\$\{(\w+)(?:(:[-?])((?:[^{}]|\$\{[^}]*\})*))?\}/g;

/**
 * `${NAME}`, `${NAME:-default}`, where the default may be another of these, and `${NAME:?message}`; `$$` is a dollar sign.
 *
 * @throws Error with the message when a variable that has one is not set
 */
export function interpolate(text: string, environment: Environment): string {
  return text.replaceAll(VARIABLE, (all, name?: string, mode?: string, rest = '') => {
    if (name === undefined) return all.slice(1);
    const value = environment[name] ?? '';
    if (value === '' && mode === ':?') throw new Error(`required variable ${name} is missing a value: ${rest}`);
    return value === '' && mode === ':-' ? interpolate(rest, environment) : value;
  });
}
