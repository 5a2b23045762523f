import { readFile } from 'node:fs/promises';
import { JambusError, variableName } from '@jambus/schema';

const NONE = '[]';

/**
 * The variables that the application declares, as the JSON with which the portal of jambonz is answered.
 *
 * @param setting JSON itself, or the path of a file that holds it; undefined when there are none
 * @throws JambusError `bad_config` when the file cannot be read, or what it holds is no JSON array or object
 */
export async function readEnvVars(setting: string | undefined): Promise<string> {
  if (setting === undefined) return NONE;
  const isInline = /^\s*[[{]/.test(setting);
  const json = isInline
    ? setting
    : await readFile(setting, 'utf8').catch((cause) => unusable(`cannot read ${setting}`, cause));
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    return unusable('not JSON', cause);
  }
  return typeof value === 'object' && value !== null
    ? JSON.stringify(value)
    : unusable('expected a JSON array or object');
}

function unusable(why: string, cause?: unknown): never {
  throw new JambusError('bad_config', `${variableName('envVars')}: ${why}`, { cause });
}
