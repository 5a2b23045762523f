import type { TSchema } from '@sinclair/typebox';
import * as application from './application.ts';
import {
  type CheckData,
  redirectVerbs,
  refuseConflict,
  roomSayProperties,
  verbProperties,
  whisperVerbs,
} from './checks.ts';
import * as conversation from './conversation.ts';
import { createCall } from './create-call.ts';
import { DialCommand } from './dial.ts';
import type { LostValues } from './lost.ts';
import * as media from './media.ts';
import * as rule from './normalise.ts';
import * as status from './status.ts';

/** All there is to know about one command. */
export interface CommandDefinition {
  /** Of the whole message. */
  readonly schema: TSchema;
  /** The right form of `data`, for messages. */
  readonly form: string;
  readonly normalise?: rule.Normalise;
  readonly check?: CheckData;
  /** Of newer servers (10.x): feature-server 0.9.8 does not have it. */
  readonly newer?: true;
  /** Values that 0.9.8 ignores. */
  readonly lost?: LostValues;
  /** Its data names hooks: that jambonz will call for this call, or for one that the command places. */
  readonly hooks?: 'this-call' | 'new-call';
}

const PAUSE = ['pause', 'resume'];
const MUTE = ['mute', 'unmute'];
const STREAMING = [...PAUSE, 'silence'];

/** Every command that jambonz knows, by name: feature-server 0.9.8, and the newer ones that `@jambonz/sdk` 0.10.1 sends. */
export const COMMANDS = {
  redirect: {
    schema: application.RedirectCommand,
    form: 'an array of verbs, {"call_hook":…,"child_call_hook":…} or {"parent_call":[verbs]}',
    check: redirectVerbs,
    hooks: 'this-call',
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
    hooks: 'this-call',
  },
  'conf:participant-action': {
    schema: status.ConfParticipantActionCommand,
    form: '{"action":"tag", "untag", "coach", "uncoach", "hold", "unhold", "mute", "unmute" or "kick","tag":…,"wait_hook":…}',
    normalise: rule.unwrap('conferenceParticipantAction'),
    hooks: 'this-call',
  },
  'listen:status': {
    schema: status.ListenStatusCommand,
    form: '{"listen_status":"pause", "resume" or "silence"}',
    normalise: rule.word('listen_status', STREAMING),
    lost: { listen_status: ['silence'] },
  },
  'stream:status': {
    schema: status.StreamStatusCommand,
    form: '{"stream_status":"pause", "resume" or "silence"} or {"stream_status":"move-to-room","room":…}',
    normalise: rule.word('stream_status', STREAMING),
    lost: { stream_status: ['silence', 'move-to-room'] },
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
    hooks: 'this-call',
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
    hooks: 'this-call',
  },
  dub: {
    schema: application.DubCommand,
    form: 'the properties of the verb dub',
    normalise: rule.unwrap('dub'),
    check: verbProperties('dub'),
  },
  dial: { schema: DialCommand, form: 'the body of createCall', check: createCall, hooks: 'new-call' },
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
  'tts:tokens': { schema: conversation.TtsTokensCommand, form: '{"id":number or string,"tokens":"…"}' },
  'tts:flush': { schema: conversation.TtsFlushCommand, form: 'nothing' },
  'tts:clear': { schema: conversation.TtsClearCommand, form: 'nothing' },
  'llm:status': {
    schema: conversation.LlmStatusCommand,
    form: '{"llm_status":"move-to-room","room":…}',
    newer: true,
  },
  tag: { schema: media.TagCommand, form: 'an object of your own', newer: true },
  'agent:update': {
    schema: conversation.AgentUpdateCommand,
    form: '{"type":"update_instructions", "inject_context", "update_tools" or "generate_reply",…}',
    newer: true,
  },
  'noiseIsolation:status': {
    schema: status.NoiseIsolationStatusCommand,
    form: '{"noise_isolation_status":"enable" or "disable","vendor":…,"level":…,"model":…}',
    normalise: rule.word('noise_isolation_status', ['enable', 'disable']),
    newer: true,
  },
  'stt:reconfigure': {
    schema: conversation.SttReconfigureCommand,
    form: '{"languageHints":["en",…]}',
    newer: true,
  },
  'room:say': {
    schema: media.RoomSayCommand,
    form: 'the properties of the verb say, and "replace"',
    check: roomSayProperties,
    newer: true,
  },
  'room:play': {
    schema: media.RoomPlayCommand,
    form: '{"url":"…","id":"…","replace":boolean}',
    newer: true,
  },
} as const satisfies Readonly<Record<string, CommandDefinition>>;

export type CommandName = keyof typeof COMMANDS;
