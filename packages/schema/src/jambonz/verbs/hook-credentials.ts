import { type Place, pathOf } from '../fault.ts';
import { isObject, type JsonObject } from '../json/decode.ts';
import { type Warning, warningAt } from '../warning.ts';
import { hookKindOf, isForeign, walkHooks } from './hooks.ts';

/**
 * Credentials of hooks. The documentation (`@jambonz/schema`, components/actionHook) has them in `basicAuth`;
 * feature-server 0.9.8 (lib/utils/base-requestor.js) reads `username` and `password` beside `url` and ignores the rest, so
 * that its requests come without any.
 */
const BASIC_AUTH = 'basicAuth';
const NEEDLE = Buffer.from(`"${BASIC_AUTH}"`);

/** Whether looking for `basicAuth` is worth it: the name stands somewhere in the text, or could in escapes. */
export function mentionsBasicAuth(payload: Uint8Array): boolean {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  return bytes.includes(NEEDLE) || bytes.includes('\\u');
}

/** The same value with what `basicAuth` says also where 0.9.8 reads it; the very same value when there is nothing to add. */
export function withHookCredentials(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withHookCredentials);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isObject(value)) return value;
  let changed: Record<string, unknown> | undefined;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'object' || member === null || isForeign(name)) continue;
    const wanted = hookKindOf(name) === undefined ? withHookCredentials(member) : withCredentials(member);
    if (wanted === member) continue;
    changed ??= { ...value };
    changed[name] = wanted;
  }
  return changed ?? value;
}

/** A warning for every hook whose credentials 0.9.8 will not read. */
export function credentialWarnings(value: unknown, place: Place): readonly Warning[] {
  const warnings = new Map<string, Warning>();
  walkHooks(value, place, (hook, _kind, where) => {
    if (typeof hook === 'string' || withCredentials(hook) === hook) return;
    const problem = 'jambonz 0.9.8 ignores "basicAuth" of a hook: it reads "username" and "password" beside "url"';
    warnings.set(pathOf(where), warningAt('credentials-ignored', where, problem));
  });
  return [...warnings.values()];
}

function withCredentials(hook: object): object {
  const given = (hook as JsonObject)[BASIC_AUTH];
  if (!isObject(given) || Object.hasOwn(hook, 'username') || Object.hasOwn(hook, 'password')) return hook;
  const { username, password } = given;
  return typeof username === 'string' && typeof password === 'string' ? { ...hook, username, password } : hook;
}
