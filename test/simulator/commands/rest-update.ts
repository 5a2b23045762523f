import type { JsonObject } from '../wire/json.ts';
import type { Command } from './command.ts';

/** By property of the body: the command that does the same. The first one that the body has counts. */
const COMMANDS: readonly (readonly [key: string, command: string])[] = [
  ['call_status', 'call:status'],
  ['call_hook', 'redirect'],
  ['child_call_hook', 'redirect'],
  ['listen_status', 'listen:status'],
  ['transcribe_status', 'transcribe:status'],
  ['mute_status', 'mute:status'],
  ['conf_hold_status', 'conf:hold-status'],
  ['conf_mute_status', 'conf:mute-status'],
  ['sip_request', 'sip:request'],
  ['dtmf', 'dtmf'],
  ['whisper', 'whisper'],
];
/** Whose command takes the value of the property instead of the whole body. */
const UNWRAPPED: readonly (readonly [key: string, command: string])[] = [
  ['record', 'record'],
  ['conferenceParticipantAction', 'conf:participant-action'],
];

/** Reads the body of a REST updateCall; undefined when jambonz would do nothing about it. */
export function commandOfUpdate(body: JsonObject, callSid: string): Command | undefined {
  const common = { queueCommand: false, callSid, toolCallId: undefined };
  for (const [key, command] of COMMANDS) if (body[key]) return { command, data: body, ...common };
  for (const [key, command] of UNWRAPPED) if (body[key]) return { command, data: body[key], ...common };
  return undefined;
}
