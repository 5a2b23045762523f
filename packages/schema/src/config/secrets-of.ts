import { type ConfigSchema, notesOf } from './config-schema.ts';

/** The values of all secret settings that are set, so that a log can be kept free of them. */
export function secretsOf(schema: ConfigSchema, config: object): string[] {
  return Object.entries(config).flatMap(([name, value]) => {
    const setting = schema.properties[name];
    return setting !== undefined && notesOf(setting).secret === true ? [String(value)] : [];
  });
}
