/** Every environment variable of jambus starts with this. */
export const VARIABLE_PREFIX = 'JAMBUS_';

/** The environment variable of a setting: `maxMessageBytes` → `JAMBUS_MAX_MESSAGE_BYTES`. There is no other mapping. */
export function variableName(setting: string): string {
  return VARIABLE_PREFIX + setting.replaceAll(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
}
