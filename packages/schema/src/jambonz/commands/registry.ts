import type { TSchema } from '@sinclair/typebox';
import { at, type Fault, faultAt, inWords, type Place } from '../fault.ts';
import { isObject } from '../json/decode.ts';
import type { VerbChecker } from '../verbs/index.ts';
import * as application from './application.ts';
import { differsFrom } from './conflict.ts';
import * as conversation from './conversation.ts';
import * as media from './media.ts';
import * as rule from './normalise.ts';
import * as status from './status.ts';

/** Checks what the schema cannot: the verbs inside, and members that depend on each other. `data` fits the schema. */
export type CheckData = (data: unknown, verbs: VerbChecker, place: Place, faults: Fault[], ids: string[]) => void;

/** All there is to know about one command. */
export interface CommandDefinition {
  /** Of the whole message. */
  readonly schema: TSchema;
  /** The right form of `data`, for messages. */
  readonly form: string;
  readonly normalise?: rule.Normalise;
  readonly check?: CheckData;
}

const PAUSE = ['pause', 'resume'];
const MUTE = ['mute', 'unmute'];

/** Every command that jambonz knows, by name: feature-server 0.9.8, and the newer ones that `@jambonz/sdk` 0.10.1 sends. */
export const COMMANDS = {
  redirect: {
    schema: application.RedirectCommand,
    form: 'an array of verbs, {"call_hook":…,"child_call_hook":…} or {"parent_call":[verbs],"child_call":[verbs]}',
    check: redirectVerbs,
  },
  'call:status': {
    schema: status.CallStatusCommand,
    form: '{"call_status":"completed" or "no-answer"}',
    normalise: rule.word('call_status', ['completed', 'no-answer']),
  },
  'mute:status': {
    schema: status.MuteStatusCommand,
    form: '{"mute_status":"mute" or "unmute"}',
    normalise: rule.word('mute_status', MUTE),
  },
  'conf:mute-status': {
    schema: status.ConfMuteStatusCommand,
    form: '{"conf_mute_status":"mute" or "unmute"}',
    normalise: rule.word('conf_mute_status', MUTE),
  },
  'conf:hold-status': {
    schema: status.ConfHoldStatusCommand,
    form: '{"conf_hold_status":"hold" or "unhold"}',
    normalise: rule.word('conf_hold_status', ['hold', 'unhold']),
  },
  'conf:participant-action': {
    schema: status.ConfParticipantActionCommand,
    form: '{"action":"tag", "untag", "coach", "uncoach", "hold", "unhold", "mute", "unmute" or "kick","tag":…,"wait_hook":…}',
    normalise: rule.unwrap('conferenceParticipantAction'),
  },
  'listen:status': {
    schema: status.ListenStatusCommand,
    form: '{"listen_status":"pause", "resume" or "silence"}',
    normalise: rule.word('listen_status', [...PAUSE, 'silence']),
  },
  'stream:status': {
    schema: status.StreamStatusCommand,
    form: '{"stream_status":"pause", "resume" or "silence"}',
    normalise: rule.word('stream_status', [...PAUSE, 'silence']),
  },
  'transcribe:status': {
    schema: status.TranscribeStatusCommand,
    form: '{"transcribe_status":"pause" or "resume"}',
    normalise: rule.word('transcribe_status', PAUSE),
  },
  whisper: {
    schema: application.WhisperCommand,
    form: '{"whisper":[say and play verbs]}',
    normalise: rule.whisper,
    check: whisperVerbs,
  },
  'sip:request': {
    schema: media.SipRequestCommand,
    form: '{"method":"INFO", "NOTIFY" or "MESSAGE","content_type":…,"content":…,"headers":…}',
    normalise: rule.sipRequest,
    check: refuseConflict('sip_request'),
  },
  dtmf: {
    schema: media.DtmfCommand,
    form: '{"digit":"1","duration":ms}',
    normalise: rule.dtmf,
    check: refuseConflict('dtmf'),
  },
  record: {
    schema: media.RecordCommand,
    form: '{"action":"startCallRecording", "stopCallRecording", "pauseCallRecording" or "resumeCallRecording",…}',
    normalise: rule.unwrap('record'),
  },
  config: {
    schema: application.ConfigCommand,
    form: 'the properties of the verb config',
    normalise: rule.unwrap('config'),
    check: verbProperties('config'),
  },
  dub: {
    schema: application.DubCommand,
    form: 'the properties of the verb dub',
    normalise: rule.unwrap('dub'),
    check: verbProperties('dub'),
  },
  dial: { schema: application.DialCommand, form: 'the body of createCall', check: dialSource },
  boostAudioSignal: {
    schema: media.BoostAudioSignalCommand,
    form: 'a number of dB such as -6, or a string such as "-6 dB"',
    normalise: rule.boost,
  },
  'media:path': {
    schema: media.MediaPathCommand,
    form: 'the string "no-media", "partial-media" or "full-media"',
    normalise: rule.bareWord(['no-media', 'partial-media', 'full-media']),
  },
  'llm:tool-output': {
    schema: conversation.LlmToolOutputCommand,
    form: 'an object in the form of the vendor, with "tool_call_id" beside "data"',
    normalise: rule.toolOutput,
  },
  'llm:update': { schema: conversation.LlmUpdateCommand, form: 'an object in the form of the vendor' },
  'tts:tokens': { schema: conversation.TtsTokensCommand, form: '{"id":number,"tokens":"…"}' },
  'tts:flush': { schema: conversation.TtsFlushCommand, form: 'nothing' },
  'tts:clear': { schema: conversation.TtsClearCommand, form: 'nothing' },
  tag: { schema: media.TagCommand, form: 'an object of your own' },
  'agent:update': {
    schema: conversation.AgentUpdateCommand,
    form: '{"type":"update_instructions", "inject_context", "update_tools" or "generate_reply",…}',
  },
  'noiseIsolation:status': {
    schema: status.NoiseIsolationStatusCommand,
    form: '{"noise_isolation_status":"enable" or "disable","vendor":…,"level":…,"model":…}',
    normalise: rule.word('noise_isolation_status', ['enable', 'disable']),
  },
  'stt:reconfigure': { schema: conversation.SttReconfigureCommand, form: '{"languageHints":["en",…]}' },
  'room:say': {
    schema: media.RoomSayCommand,
    form: 'the properties of the verb say, and "replace"',
    check: roomSayProperties,
  },
  'room:play': { schema: media.RoomPlayCommand, form: '{"url":"…","id":"…","replace":boolean}' },
} as const satisfies Readonly<Record<string, CommandDefinition>>;

export type CommandName = keyof typeof COMMANDS;

function redirectVerbs(data: unknown, verbs: VerbChecker, place: Place, faults: Fault[], ids: string[]): void {
  if (Array.isArray(data)) {
    verbs.application(data, place, faults, ids);
    return;
  }
  if (!isObject(data)) return;
  if (data['parent_call'] !== undefined) verbs.application(data['parent_call'], at(place, 'parent_call'), faults, ids);
  // The child leg reports its verbs on a session of its own: their ids say nothing about this command.
  if (data['child_call'] !== undefined) verbs.application(data['child_call'], at(place, 'child_call'), faults, []);
}

const WHISPERABLE = ['say', 'play'];

function whisperVerbs(data: unknown, verbs: VerbChecker, place: Place, faults: Fault[], ids: string[]): void {
  if (!isObject(data)) return;
  const inside = at(place, 'whisper');
  const value = data['whisper'];
  if (Array.isArray(value)) {
    for (const [index, verb] of value.entries()) verbs.verb(verb, at(inside, index), faults, ids, WHISPERABLE);
    return;
  }
  if (isObject(value) && Object.hasOwn(value, 'url')) {
    const problem = 'jambonz takes a single verb with "url" for the address of an application: put it into an array';
    faults.push(faultAt(inside, 'an array of verbs', inWords(value), problem));
    return;
  }
  verbs.verb(value, inside, faults, ids, WHISPERABLE);
}

function verbProperties(verb: string): CheckData {
  return (data, verbs, place, faults) => {
    if (isObject(data)) verbs.properties(verb, data, place, faults);
  };
}

function roomSayProperties(data: unknown, verbs: VerbChecker, place: Place, faults: Fault[]): void {
  if (!isObject(data)) return;
  const { replace: _, ...say } = data;
  verbs.properties('say', say, place, faults);
}

function dialSource(data: unknown, _verbs: VerbChecker, place: Place, faults: Fault[]): void {
  if (!isObject(data) || ['call_hook', 'application_sid', 'app_json'].some((name) => Object.hasOwn(data, name))) return;
  const problem = 'dial needs "call_hook" or "application_sid": what the new call is to do';
  faults.push(faultAt(at(place, 'call_hook'), 'a hook', 'nothing', problem));
}

function refuseConflict(name: string): CheckData {
  const differs = differsFrom(name);
  return (data, _verbs, place, faults) => {
    if (!differs(data)) return;
    const problem = `what stands in "${name}" differs from what stands beside it; send it once, or the same twice`;
    faults.push(faultAt(at(place, name), 'the same as beside it', inWords(data), problem));
  };
}
