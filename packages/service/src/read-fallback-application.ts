import { readFile } from 'node:fs/promises';
import { JambusError, variableName } from '@jambus/schema';

/** A verb in either notation, not checked further than that it is an object. */
export type UncheckedVerb = Readonly<Record<string, unknown>>;

/**
 * The verbs that the setting `fallbackApplication` stands for: JSON itself, or the path of a file that holds it. Only the
 * outer form is checked here; whether jambonz takes the verbs is for the gateway to check.
 *
 * @returns undefined when the setting is not set
 * @throws JambusError `bad_config` when the file cannot be read or is not a JSON array of at least one object
 */
export async function readFallbackApplication(
  setting: string | undefined,
): Promise<readonly UncheckedVerb[] | undefined> {
  if (setting === undefined) return undefined;
  const written = setting.trimStart();
  const inline = written.startsWith('[') || written.startsWith('{');
  const verbs = parse(inline ? setting : await read(setting));
  if (!Array.isArray(verbs) || verbs.length === 0 || !verbs.every(isObject)) {
    throw unusable('expected a JSON array of at least one verb');
  }
  return verbs;
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unusable(`cannot read the file ${path}`, error);
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw unusable('not JSON', error);
  }
}

function isObject(verb: unknown): boolean {
  return typeof verb === 'object' && verb !== null && !Array.isArray(verb);
}

function unusable(why: string, cause?: unknown): JambusError {
  const message = cause instanceof Error ? `${why} (${cause.message})` : why;
  return new JambusError('bad_config', `${variableName('fallbackApplication')}: ${message}`, { cause });
}
