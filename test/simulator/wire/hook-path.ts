import { isJsonObject } from './json.ts';

/** The path of a hook, which an application writes as a text or as `{url, …}`; undefined when there is none. */
export function hookPath(hook: unknown): string | undefined {
  if (typeof hook === 'string') return hook;
  const url = isJsonObject(hook) ? hook['url'] : undefined;
  return typeof url === 'string' ? url : undefined;
}
