import { isObject } from '../json/decode.ts';

/**
 * Turns a command's `data` into the shape that the open-source feature-server 0.9.8 acts on, where what was meant is
 * beyond doubt. Gives back the very same value when there is nothing to change, or when it cannot tell: the command's
 * schema then refuses it. Does the same to its own output: nothing.
 */
export type Normalise = (data: unknown) => unknown;

/**
 * For commands whose data is one word under a name: `"mute"` and `{"status":"mute"}` become `{"mute_status":"mute"}`.
 * A name that is itself one of the words (`{"unmute":"mute"}`) says two things, and is left for the schema to refuse.
 */
export function word(name: string, words: readonly string[]): Normalise {
  return (data) => {
    if (isWord(data, words)) return { [name]: data };
    const only = onlyMember(data);
    if (only === undefined || only.name === name || words.includes(only.name)) return data;
    return isWord(only.value, words) ? { [name]: only.value } : data;
  };
}

/** For commands whose data is the bare word: `{"media_path":"no-media"}` becomes `"no-media"`. */
export function bareWord(words: readonly string[]): Normalise {
  return (data) => {
    const only = onlyMember(data);
    return only !== undefined && !words.includes(only.name) && isWord(only.value, words) ? only.value : data;
  };
}

/** For commands that the REST API has under a name: `{"record":{…}}` becomes `{…}`. */
export function unwrap(name: string): Normalise {
  return (data) => {
    const only = onlyMember(data);
    return only !== undefined && only.name === name && isObject(only.value) ? only.value : data;
  };
}

/**
 * Whisper verbs without `whisper` around them get it. A single verb with a top-level `url` goes into an array: the server
 * would take it for the address of an application.
 */
export const whisper: Normalise = (data) => {
  if (Array.isArray(data) || isVerbLike(data)) return whisper({ whisper: data });
  if (!isObject(data)) return data;
  const verbs = data['whisper'];
  return isObject(verbs) && Object.hasOwn(verbs, 'url') ? { ...data, whisper: [verbs] } : data;
};

/** The flat form of the documentation and the `sip_request` of the server's code, both. */
export const sipRequest: Normalise = (data) => {
  if (!isObject(data) || !Object.hasOwn(data, 'method') || Object.hasOwn(data, 'sip_request')) return data;
  return { ...data, sip_request: data };
};

/** The flat form of the SDK and the `dtmf` of the server's code, both. The form of the verb, `{"dtmf":"1"}`, is read too. */
export const dtmf: Normalise = (data) => {
  if (typeof data === 'string') return dtmf({ digit: data });
  if (!isObject(data)) return data;
  const { dtmf: inner, ...flat } = data;
  if (inner === undefined) return Object.hasOwn(flat, 'digit') ? { ...flat, dtmf: flat } : data;
  if (typeof inner === 'string' && !Object.hasOwn(flat, 'digit')) return dtmf({ ...flat, digit: inner });
  return data;
};

/**
 * Out of an object into the bare number or string: an object would set the gain to 0, and so would a string without its
 * unit. The number 0 becomes "0 dB", because as a number it counts as missing.
 */
export const boost: Normalise = (data) => {
  const only = onlyMember(data);
  if (only !== undefined) return GAIN_NAMES.has(only.name) && isGain(only.value) ? boost(only.value) : data;
  if (data === 0) return '0 dB';
  return typeof data === 'string' && NUMERIC.test(data) ? boost(Number(data)) : data;
};

const GAIN_NAMES = new Set(['boostAudioSignal', 'boost_audio_signal', 'gain', 'db', 'dB']);
const NUMERIC = /^\s*[+-]?\d{1,4}(\.\d{1,4})?\s*$/;

/** A tool's outcome that is no object becomes `{"result": …}`, as `@jambonz/sdk` does it. */
export const toolOutput: Normalise = (data) => (data === undefined || isObject(data) ? data : { result: data });

function isGain(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string';
}

function isWord(value: unknown, words: readonly string[]): boolean {
  return typeof value === 'string' && words.includes(value);
}

function isVerbLike(data: unknown): boolean {
  if (!isObject(data)) return false;
  if (typeof data['verb'] === 'string') return true;
  const only = onlyMember(data);
  return only !== undefined && (only.name === 'say' || only.name === 'play') && isObject(only.value);
}

/** The member of an object that has exactly one. */
function onlyMember(data: unknown): { readonly name: string; readonly value: unknown } | undefined {
  if (!isObject(data)) return undefined;
  const names = Object.keys(data);
  const name = names[0];
  return name === undefined || names.length > 1 ? undefined : { name, value: data[name] };
}
